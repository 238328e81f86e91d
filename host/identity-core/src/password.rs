//! Which passwords are good enough to be set. Never applied when one is only verified.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Why a password may not be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 8 characters.
    #[error("a password has at least 8 characters")]
    TooShort,
    /// More than 99 characters.
    #[error("a password has at most 99 characters")]
    TooLong,
    /// No letter from A to Z.
    #[error("a password has at least one letter")]
    NoLetter,
    /// No digit.
    #[error("a password has at least one digit")]
    NoDigit,
    /// Among the first that anyone would try.
    #[error("this password is too common")]
    Common,
}

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../data/common-passwords.txt").lines().collect());

/// Checks length, letter, digit and the list of common ones, in that order. Length counts UTF-16 units, as the
/// browser's check of the same rule does.
pub fn check_password(password: &str) -> Result<(), WeakPassword> {
    let length = password.encode_utf16().count();
    if length < 8 {
        return Err(WeakPassword::TooShort);
    }
    if length > 99 {
        return Err(WeakPassword::TooLong);
    }
    if !password.bytes().any(|b| b.is_ascii_alphabetic()) {
        return Err(WeakPassword::NoLetter);
    }
    if !password.bytes().any(|b| b.is_ascii_digit()) {
        return Err(WeakPassword::NoDigit);
    }
    if COMMON.contains(password.to_lowercase().as_str()) {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_answer() {
        assert_eq!(check_password("abc1234"), Err(WeakPassword::TooShort));
        assert_eq!(check_password(&format!("{}1", "a".repeat(99))), Err(WeakPassword::TooLong));
        assert_eq!(check_password("1234567890"), Err(WeakPassword::NoLetter));
        assert_eq!(check_password("abcdefghij"), Err(WeakPassword::NoDigit));
        assert_eq!(check_password("PassWord123"), Err(WeakPassword::Common));
        assert_eq!(check_password(&format!("{}1", "a".repeat(98))), Ok(()));
        assert_eq!(check_password("correct horse 7"), Ok(()));
    }

    #[test]
    fn length_counts_as_browsers_count() {
        assert_eq!(check_password("a1🦀🦀🦀"), Ok(()), "a pair of units each");
        assert_eq!(check_password("كلمةa1"), Err(WeakPassword::TooShort), "bytes do not count");
    }

    #[test]
    fn the_list_holds_only_passwords_that_the_other_rules_let_through() {
        assert!(COMMON.len() > 1000);
        for entry in COMMON.iter() {
            assert_eq!(check_password(entry), Err(WeakPassword::Common), "{entry}");
        }
    }
}
