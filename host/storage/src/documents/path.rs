//! Dotted paths into a document, checked before they become part of a statement.

use crate::ports::documents::DocumentError;

/// Characters of a path.
const LONGEST: usize = 256;

/// Steps of a path.
const DEEPEST: usize = 16;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// A member of an object.
    Member(&'a str),
    /// An element of an array.
    Element(usize),
}

/// Names at the top of a body do not begin so: they are the stores' own.
pub const RESERVED: [&str; 2] = ["_id", "_p2p"];

/// A path that was checked: each step is `[A-Za-z_][A-Za-z0-9_]*` or digits, the first one of no store's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'a>(Vec<Step<'a>>);

impl<'a> Path<'a> {
    /// Checks and takes a path apart.
    pub fn parse(text: &'a str) -> Result<Self, DocumentError> {
        let steps: Option<Vec<_>> = text.split('.').map(step).collect();
        let is_reserved = RESERVED.iter().any(|begin| text.starts_with(begin));
        match steps {
            Some(steps) if text.len() <= LONGEST && steps.len() <= DEEPEST && !is_reserved => Ok(Self(steps)),
            _ => Err(DocumentError::Rejected(format!("`{text:.64}` is not a path"))),
        }
    }

    /// The steps, at least one.
    pub fn steps(&self) -> &[Step<'a>] {
        &self.0
    }
}

fn step(text: &str) -> Option<Step<'_>> {
    if text.len() <= 6 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok().map(Step::Element);
    }
    let begins = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let goes_on = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (begins && goes_on).then_some(Step::Member(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let path = Path::parse("replies.0.author_id").unwrap();
        assert_eq!(path.steps(), [Step::Member("replies"), Step::Element(0), Step::Member("author_id")]);
    }

    #[test]
    fn what_could_leave_the_literal_is_refused() {
        let deep = vec!["a"; 17].join(".");
        let long = "a".repeat(257);
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "a'b",
            "a\"b",
            "a b",
            "$",
            "a[0]",
            "9a",
            "é",
            "1234567",
            &deep,
            &long,
            "_id",
            "_p2p.version",
            "_p2p_x",
        ] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }
}
