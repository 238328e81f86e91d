//! Checks fields against rules and collects everything that is wrong, so that a caller learns it all at once.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::problem::{FieldProblem, Problem, Rule};

/// A running check: `Check::new().text("title", &title, 5..=200).finish()?`.
#[derive(Debug, Default)]
#[must_use = "a check that is not finished refuses nothing"]
pub struct Check {
    fields: Vec<FieldProblem>,
}

/// Longest e-mail address that can be delivered to.
const EMAIL_MAX: usize = 254;
const EMAIL_LOCAL_MAX: usize = 64;

impl Check {
    /// Nothing is wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A single line: no control characters; length in characters, blanks at the ends not counted.
    pub fn text(
        self,
        field: impl Into<Cow<'static, str>>,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> Self {
        self.characters(field, value, length, |_| false)
    }

    /// Text of several lines, as people write it: line breaks and tabs are fine, other control characters are not.
    pub fn prose(
        self,
        field: impl Into<Cow<'static, str>>,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> Self {
        self.characters(field, value, length, |c| matches!(c, '\n' | '\r' | '\t'))
    }

    /// An e-mail address.
    pub fn email(self, field: impl Into<Cow<'static, str>>, value: &str) -> Self {
        self.that(is_email(value), field, Rule::Email)
    }

    /// One of a few words.
    pub fn one_of(
        self,
        field: impl Into<Cow<'static, str>>,
        value: &str,
        choices: &'static [&'static str],
    ) -> Self {
        self.that(choices.contains(&value), field, Rule::Choice(choices))
    }

    /// So many items.
    pub fn items(
        self,
        field: impl Into<Cow<'static, str>>,
        count: usize,
        wanted: RangeInclusive<usize>,
    ) -> Self {
        let rule = if count < *wanted.start() {
            Rule::TooFew(*wanted.start())
        } else {
            Rule::TooMany(*wanted.end())
        };
        self.that(wanted.contains(&count), field, rule)
    }

    /// A number within bounds.
    pub fn range(self, field: impl Into<Cow<'static, str>>, value: i64, wanted: RangeInclusive<i64>) -> Self {
        self.that(wanted.contains(&value), field, Rule::Range(*wanted.start(), *wanted.end()))
    }

    /// Anything else: the rule is broken unless `holds`.
    pub fn that(mut self, holds: bool, field: impl Into<Cow<'static, str>>, rule: Rule) -> Self {
        if !holds {
            self.fields.push(FieldProblem { field: field.into(), rule });
        }
        self
    }

    /// Checks a value that may be absent.
    pub fn given<T>(self, value: &Option<T>, check: impl FnOnce(Self, &T) -> Self) -> Self {
        match value {
            Some(value) => check(self, value),
            None => self,
        }
    }

    /// Checks each of several values, with its index.
    pub fn each<T>(self, values: &[T], check: impl FnMut(Self, (usize, &T)) -> Self) -> Self {
        values.iter().enumerate().fold(self, check)
    }

    /// Everything that is wrong, or nothing.
    pub fn finish(self) -> Result<(), Problem> {
        if self.fields.is_empty() { Ok(()) } else { Err(Problem::fields(self.fields)) }
    }

    fn characters(
        self,
        field: impl Into<Cow<'static, str>>,
        value: &str,
        length: RangeInclusive<usize>,
        also: fn(char) -> bool,
    ) -> Self {
        let count = value.trim().chars().count();
        let rule = match count {
            _ if value.chars().any(|c| c.is_control() && !also(c)) => Rule::Characters,
            0 if *length.start() > 0 => Rule::Required,
            count if count < *length.start() => Rule::TooShort(*length.start()),
            // Blanks count against the most, so that nobody stores a megabyte of them.
            _ if value.chars().count() > *length.end() => Rule::TooLong(*length.end()),
            _ => return self,
        };
        self.that(false, field, rule)
    }
}

/// Whether mail can be addressed to it: `local@domain`, ASCII, the domain of at least two labels. Quoted local parts and
/// address literals are not accepted, as by any large mail provider.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&c);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    text.len() <= EMAIL_MAX
        && local.len() <= EMAIL_LOCAL_MAX
        && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom))
        && domain.split('.').count() >= 2
        && domain.split('.').all(label)
        && top.len() >= 2
        && top.bytes().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(check: Check) -> Vec<(String, &'static str)> {
        let problem = check.finish().err();
        let fields = problem.iter().flat_map(|problem| problem.wrong_fields());
        fields.map(|found| (found.field.to_string(), found.rule.code())).collect()
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let check = Check::new()
            .text("title", "abc", 5..=200)
            .prose("content", "fine\nsince lines are", 5..=200)
            .one_of("visibility", "all", &["network", "organization"])
            .items("tags", 6, 0..=5)
            .each(&["ok", "\0"], |check, (n, tag)| check.text(format!("tags[{n}]"), tag, 1..=40));
        let wanted = [
            ("title", "TOO_SHORT"),
            ("visibility", "CHOICE"),
            ("tags", "TOO_MANY"),
            ("tags[1]", "CHARACTERS"),
        ];
        assert_eq!(broken(check), wanted.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(broken(Check::new().text("title", "سلام يا عالم", 5..=12)).is_empty());
        assert_eq!(broken(Check::new().text("title", "     ", 5..=12))[0].1, "REQUIRED");
        assert_eq!(broken(Check::new().text("title", "a    ", 1..=4))[0].1, "TOO_LONG");
        assert_eq!(broken(Check::new().text("title", "two\nlines", 1..=40))[0].1, "CHARACTERS");
        assert!(broken(Check::new().text("bio", "", 0..=4)).is_empty());
    }

    #[test]
    fn addresses() {
        for good in ["a@b.co", "first.last+tag@sub.example.com", "o'neil@xn--mgbh0fb.xn--kgbechtv"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.co",
            "a@.co",
            "a@b.c",
            "a..b@c.de",
            "a b@c.de",
            "a@-b.co",
            "a@b.12",
            "a@b@c.de\n",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(!is_email(&format!("{}@b.co", "a".repeat(65))));
    }
}
