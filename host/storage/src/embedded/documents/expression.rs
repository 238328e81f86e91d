//! Paths into a document as SQLite's JSON functions read them. What is checked elsewhere is only written here.

use crate::documents::path::{Path, Step};

/// The path as a literal. Nothing in it can end the literal, because a path holds letters, digits and `_` only.
pub fn literal(path: &Path<'_>) -> String {
    let mut literal = String::from("'$");
    for step in path.steps() {
        match step {
            Step::Member(name) => literal.extend([".\"", name, "\""]),
            Step::Element(index) => literal.push_str(&format!("[{index}]")),
        }
    }
    literal.push('\'');
    literal
}

/// The value at the path, as an expression; the same text in queries and in indexes.
pub fn value(path: &Path<'_>) -> String {
    format!("json_extract(body, {})", literal(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_literal() {
        let path = Path::parse("replies.0.author_id").unwrap();
        assert_eq!(literal(&path), "'$.\"replies\"[0].\"author_id\"'");
    }
}
