//! Cuts SQL into words, names, strings and the rest, as PostgreSQL itself would. Never fails: what is not closed runs to
//! the end of the text, and PostgreSQL says the rest.

/// A piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A keyword, an identifier or a number.
    Word(&'a str),
    /// A name in double quotes, with them.
    Name(&'a str),
    /// A string or a parameter: nothing that could name something.
    Plain(&'a str),
    /// White space or a comment.
    Blank(&'a str),
    /// Any other character.
    Other(&'a str),
}

impl<'a> Token<'a> {
    /// The piece as it was written.
    pub fn text(self) -> &'a str {
        match self {
            Self::Word(text)
            | Self::Name(text)
            | Self::Plain(text)
            | Self::Blank(text)
            | Self::Other(text) => text,
        }
    }
}

/// Walks through SQL, with standard strings: a backslash in one is a backslash.
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

    /// Up to and with `end`, which is looked for behind the first `skip` bytes.
    fn take_through(&mut self, skip: usize, end: &str) -> &'a str {
        self.take(through(self.rest, skip, end))
    }

    fn word(&mut self) -> Token<'a> {
        let length = self.rest.find(|c| !is_word(c) && c != '$').unwrap_or(self.rest.len());
        let escaped = ["e'", "E'"].iter().any(|start| self.rest.starts_with(start));
        if escaped {
            Token::Plain(self.take(escape_string(self.rest)))
        } else {
            Token::Word(self.take(length))
        }
    }

    /// `$1`, `$$…$$`, `$tag$…$tag$`, or a lonely sign.
    fn dollar(&mut self) -> Token<'a> {
        let behind = self.rest.get(1..).unwrap_or_default();
        let length = behind.find(|c| !is_word(c)).unwrap_or(behind.len());
        let tag = behind.get(..length).unwrap_or_default();
        let closes = behind.get(length..).is_some_and(|rest| rest.starts_with('$'));
        if tag.starts_with(|c: char| c.is_ascii_digit()) {
            return Token::Plain(self.take(1 + tag.bytes().take_while(u8::is_ascii_digit).count()));
        }
        match self.rest.get(..length + 2) {
            Some(quote) if closes => Token::Plain(self.take_through(length + 2, quote)),
            _ => Token::Other(self.take(1)),
        }
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        let second = self.rest.chars().nth(1);
        // A doubled quote inside reads as two quoted pieces in a row, which comes to the same.
        Some(match (first, second) {
            ('\'', _) => Token::Plain(self.take_through(1, "'")),
            ('"', _) => Token::Name(self.take_through(1, "\"")),
            ('-', Some('-')) => {
                let end = self.rest.find(['\n', '\r']).map_or(self.rest.len(), |at| at + 1);
                Token::Blank(self.take(end))
            }
            ('/', Some('*')) => Token::Blank(self.take(nested_comment(self.rest))),
            ('$', _) => self.dollar(),
            (c, _) if is_word(c) => self.word(),
            (c, _) if is_blank(c) => {
                let length = self.rest.find(|c| !is_blank(c)).unwrap_or(self.rest.len());
                Token::Blank(self.take(length))
            }
            (c, _) => Token::Other(self.take(c.len_utf8())),
        })
    }
}

fn through(text: &str, skip: usize, end: &str) -> usize {
    let found = text.get(skip..).and_then(|tail| tail.find(end));
    found.map_or(text.len(), |at| skip + at + end.len())
}

/// The length of a string in which a backslash escapes, from its `E`. It goes on behind a line's end.
fn escape_string(text: &str) -> usize {
    let mut end = piece_of_escape_string(text, 2);
    while let Some(quote) = continuation(text.get(end..).unwrap_or_default()) {
        end = piece_of_escape_string(text, end + quote + 1);
    }
    end
}

fn piece_of_escape_string(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the next quote is, when nothing but blanks, remarks and at least one line's end stand before it.
fn continuation(text: &str) -> Option<usize> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_blank);
        if !rest.starts_with("--") {
            break;
        }
        rest = rest.find(['\n', '\r']).and_then(|end| rest.get(end..)).unwrap_or_default();
    }
    let gap = text.len() - rest.len();
    let breaks = text.get(..gap).is_some_and(|gap| gap.contains(['\n', '\r']));
    (breaks && rest.starts_with('\'')).then_some(gap)
}

/// The length of a comment; comments stand in comments.
fn nested_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<Token<'_>> {
        Scanner::new(text).filter(|token| !matches!(token, Token::Blank(_))).collect()
    }

    #[test]
    fn nothing_is_lost() {
        for text in [
            "SELECT 'a''b' -- x\n FROM \"t$1\"",
            "'open",
            "/* open /* */",
            "é$1 + $22 $x$ ; $x$ $ $y",
            "E'\\'' e'\\",
            "\u{feff}SELECT",
        ] {
            assert_eq!(Scanner::new(text).map(Token::text).collect::<String>(), text);
        }
    }

    #[test]
    fn strings_hide_what_they_hold_and_only_that() {
        use Token::{Name, Other, Plain, Word};
        assert_eq!(pieces("a$1=$12"), [Word("a$1"), Other("="), Plain("$12")]);
        assert_eq!(pieces(r"'\' x"), [Plain(r"'\'"), Word("x")]);
        assert_eq!(pieces(r"E'\' x' y"), [Plain(r"E'\' x'"), Word("y")]);
        assert_eq!(pieces(r"e'\\' x"), [Plain(r"e'\\'"), Word("x")]);
        assert_eq!(pieces("E'a' -- b\n '\\'' y '"), [Plain("E'a' -- b\n '\\''"), Word("y"), Plain("'")]);
        assert_eq!(pieces("E'a' 'b'"), [Plain("E'a'"), Plain("'b'")]);
        assert_eq!(pieces("some'x'"), [Word("some"), Plain("'x'")]);
        assert_eq!(pieces("$a$ ' $b$ $a$ x"), [Plain("$a$ ' $b$ $a$"), Word("x")]);
        assert_eq!(pieces("$$;$$ \"x y\" z"), [Plain("$$;$$"), Name("\"x y\""), Word("z")]);
        assert_eq!(pieces("/* /* ' */ */ x -- '\ry"), [Word("x"), Word("y")]);
        assert_eq!(pieces("$1a"), [Plain("$1"), Word("a")]);
    }
}
