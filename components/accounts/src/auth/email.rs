//! E-mail addresses in the one form in which they are stored and compared.

/// Without blanks around it, in lower case. Only ASCII folds: an address that holds anything else is refused by the
/// check, and must not turn into somebody else's before that.
pub fn normalized(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_every_spelling() {
        assert_eq!(normalized("  Layla@Nakheel.SA\n"), "layla@nakheel.sa");
        assert_eq!(normalized("\u{212A}ay@acme.org"), "\u{212A}ay@acme.org", "the Kelvin sign is no k");
    }
}
