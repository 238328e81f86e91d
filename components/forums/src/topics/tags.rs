//! Tags: a few short words under which topics are found.

use p2p_sdk::Check;

const COUNT_MAX: usize = 5;
const LENGTH_MAX: usize = 40;

/// Refuses too many, too long and empty ones.
pub fn check(check: Check, tags: &[String]) -> Check {
    check
        .items("tags", tags.len(), 0..=COUNT_MAX)
        .each(tags, |check, (at, tag)| check.text(format!("tags[{at}]"), tag, 1..=LENGTH_MAX))
}

/// The form a tag is stored and found in: lower case, hyphens for blanks.
pub fn normalize(tag: &str) -> String {
    let words: Vec<String> = tag.split_whitespace().map(str::to_lowercase).collect();
    words.join("-")
}

/// All of them in that form, each once, in the order they were given.
pub fn normalize_all(tags: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| normalize(tag)) {
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_one_tag() {
        let given = ["Machine  Learning", "machine-learning", "C++", "ذكاء اصطناعي"].map(str::to_owned);
        assert_eq!(normalize_all(&given), ["machine-learning", "c++", "ذكاء-اصطناعي"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let given = ["a", "", "c", "d", "e", "f\0"].map(str::to_owned);
        let problem = check(Check::new(), &given).finish().unwrap_err();
        let wrong: Vec<_> =
            problem.wrong_fields().iter().map(|wrong| (wrong.field.as_ref(), wrong.rule.code())).collect();
        assert_eq!(wrong, [("tags", "TOO_MANY"), ("tags[1]", "REQUIRED"), ("tags[5]", "CHARACTERS")]);
    }
}
