//! Which passwords may be set. Never applied to one that is only verified: what was good enough once still signs in.

use p2p_sdk::host::CredentialError;
use p2p_sdk::{Check, Problem, Rule};

const LEAST: usize = 8;
const MOST: usize = 99;

const NO_LETTER: Rule = Rule::Own(
    "NO_LETTER",
    "needs at least one letter from A to Z",
    "يجب أن تحتوي على حرف إنجليزي واحد على الأقل",
);
const NO_DIGIT: Rule =
    Rule::Own("NO_DIGIT", "needs at least one digit", "يجب أن تحتوي على رقم واحد على الأقل");

/// Checks length, letter and digit, so that a caller learns of them beside the other fields. Length counts UTF-16 units,
/// as the browser's check of the same rule does. Whether a password is too common, the host knows when it sets it.
pub fn check(check: Check, field: &'static str, password: &str) -> Check {
    let broken = match password.encode_utf16().count() {
        0 => Rule::Required,
        length if length < LEAST => Rule::TooShort(LEAST),
        length if length > MOST => Rule::TooLong(MOST),
        _ if password.chars().any(char::is_control) => Rule::Characters,
        _ if !password.bytes().any(|byte| byte.is_ascii_alphabetic()) => NO_LETTER,
        _ if !password.bytes().any(|byte| byte.is_ascii_digit()) => NO_DIGIT,
        _ => return check,
    };
    check.that(false, field, broken)
}

/// What the host found wrong when it was asked to set a password, under the name that the caller's form has for it.
pub fn refusal(error: CredentialError, field: &'static str) -> Problem {
    let problem = Problem::from(error);
    match problem.wrong_fields() {
        [wrong] => Problem::invalid(field, wrong.rule.clone()),
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        let problem = check(Check::new(), "password", password).finish().err()?;
        problem.wrong_fields().first().map(|field| field.rule.code())
    }

    #[test]
    fn each_rule_has_its_own_answer() {
        for (password, wanted) in [
            ("", Some("REQUIRED")),
            ("abc1234", Some("TOO_SHORT")),
            (&"a1".repeat(50), Some("TOO_LONG")),
            ("abc\u{0}12345", Some("CHARACTERS")),
            ("12345 67890", Some("NO_LETTER")),
            ("one two three", Some("NO_DIGIT")),
            ("palm grove 7", None),
            ("نخلة باسقة a7", None),
        ] {
            assert_eq!(code(password), wanted, "{password:?}");
        }
    }

    #[test]
    fn length_counts_as_browsers_count() {
        assert_eq!(code("a1🦀🦀🦀"), None, "a pair of units each");
        assert_eq!(code("كلمةa1"), Some("TOO_SHORT"), "bytes do not count");
    }
}
