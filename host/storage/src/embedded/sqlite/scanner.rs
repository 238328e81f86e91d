//! Cuts SQL into words, parameters, quoted pieces and the rest, as SQLite itself would. Never fails: what is not
//! closed runs to the end of the text, and SQLite says the rest.

/// A piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A keyword, an identifier or a number.
    Word(&'a str),
    /// The digits behind a `$`.
    Param(&'a str),
    /// A string or a quoted identifier.
    Quoted(&'a str),
    /// White space or a comment.
    Blank(&'a str),
    /// Any other character.
    Other(&'a str),
}

impl<'a> Token<'a> {
    /// The piece as it was written; of a parameter, the digits.
    pub fn text(self) -> &'a str {
        match self {
            Self::Word(text)
            | Self::Param(text)
            | Self::Quoted(text)
            | Self::Blank(text)
            | Self::Other(text) => text,
        }
    }

    /// Whether a quoted piece or a remark ends where SQL says it does, not only because the text does.
    pub fn is_closed(self) -> bool {
        let ends =
            |text: &str, begin: usize, end: &str| text.len() >= begin + end.len() && text.ends_with(end);
        match self {
            Self::Quoted(text) if text.starts_with('[') => ends(text, 1, "]"),
            Self::Quoted(text) => text.chars().next().is_some_and(|quote| ends(text, 1, quote_text(quote))),
            Self::Blank(text) if text.starts_with("/*") => ends(text, 2, "*/"),
            _ => true,
        }
    }
}

/// Walks through SQL.
#[derive(Debug)]
pub struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    /// Stands before the first piece.
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (head, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        head
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        self.take(self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len()))
    }

    /// Up to and with `end`, which is looked for behind the first `skip` bytes.
    fn take_through(&mut self, skip: usize, end: &str) -> &'a str {
        let found = self.rest.get(skip..).and_then(|tail| tail.find(end));
        self.take(found.map_or(self.rest.len(), |at| skip + at + end.len()))
    }

    /// A doubled quote inside reads as two quoted pieces in a row, which comes to the same.
    fn quoted(&mut self, quote: char) -> Token<'a> {
        Token::Quoted(self.take_through(1, if quote == '[' { "]" } else { quote_text(quote) }))
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        let second = self.rest.chars().nth(1);
        Some(match (first, second) {
            ('\'' | '"' | '`' | '[', _) => self.quoted(first),
            ('-', Some('-')) => Token::Blank(self.take_through(2, "\n")),
            ('/', Some('*')) => Token::Blank(self.take_through(2, "*/")),
            ('$', Some('0'..='9')) => {
                self.take(1);
                Token::Param(self.take_while(|c| c.is_ascii_digit()))
            }
            (c, _) if is_word(c) => Token::Word(self.take_while(|c| is_word(c) || c == '$')),
            (c, _) if c.is_ascii_whitespace() => Token::Blank(self.take_while(|c| c.is_ascii_whitespace())),
            (c, _) => Token::Other(self.take(c.len_utf8())),
        })
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn quote_text(quote: char) -> &'static str {
    match quote {
        '"' => "\"",
        '`' => "`",
        _ => "'",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost() {
        for text in ["SELECT 'a''b' -- x\n FROM [t$1]", "'open", "/* open", "é$1 + $22", "\u{feff}SELECT"] {
            let whole: String = Scanner::new(text)
                .map(|token| match token {
                    Token::Param(digits) => format!("${digits}"),
                    other => other.text().to_owned(),
                })
                .collect();
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn pieces_are_told_apart() {
        let tokens: Vec<_> = Scanner::new("a$1=$12x'ff'").collect();
        assert_eq!(
            tokens,
            [
                Token::Word("a$1"),
                Token::Other("="),
                Token::Param("12"),
                Token::Word("x"),
                Token::Quoted("'ff'")
            ]
        );
    }
}
