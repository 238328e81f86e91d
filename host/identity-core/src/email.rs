//! E-mail addresses in the one form in which they are stored and compared. Never asks a name server.

use std::fmt;

/// A trimmed, lower-cased address of a plausible shape.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Not an address that mail could be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Trims, lower-cases and checks: a local part of atoms joined by dots, and a domain of labels of which the last is no
    /// number. Whatever features take for an address passes. Quoted local parts and address literals are refused: nobody signs up with one, and they smuggle
    /// blanks into headers.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let address = text.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').ok_or(InvalidEmail)?;
        let fits = address.len() <= 254 && local.len() <= 64;
        if fits && local.split('.').all(is_atom) && is_domain(domain) {
            Ok(Self(address))
        } else {
            Err(InvalidEmail)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

fn is_atom(atom: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[]\\.,;:@\"".contains(c);
    !atom.is_empty() && atom.chars().all(is_plain)
}

fn is_domain(domain: &str) -> bool {
    let mut labels = domain.rsplit('.');
    let top = labels.next().unwrap_or_default();
    let mut below = labels.peekable();
    let is_top = top.len() >= 2 && is_label(top) && top.bytes().any(|b| b.is_ascii_alphabetic());
    is_top && below.peek().is_some() && below.all(is_label)
}

fn is_label(label: &str) -> bool {
    let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_every_spelling() {
        assert_eq!(
            Email::parse("  Layla.Haddad+Work@Example.ORG \n").unwrap().as_str(),
            "layla.haddad+work@example.org"
        );
        for kept in ["o'brien_1@a.b-c.co", "info@xn--mgbh0fb.xn--mgberp4a5d4ar"] {
            assert_eq!(Email::parse(kept).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@a.co", "x".repeat(65));
        let long = format!("a@{}.co", "x".repeat(260));
        for bad in [
            "",
            "a",
            "@",
            "a@",
            "@b.co",
            "a@b",
            "a@b.c",
            "a@b.12",
            "a@b.xn-",
            "a b@c.co",
            "a@b c.co",
            "a..b@c.co",
            ".a@b.co",
            "a.@b.co",
            "a@.co",
            "a@b..co",
            "a@-b.co",
            "a@b-.co",
            "a@[1.2.3.4]",
            "\"a b\"@c.co",
            "a@b@c.co",
            "a\0b@c.co",
            "a\r\nbcc:x@y.co",
            "<a@b.co>",
            &long_local,
            &long,
        ] {
            assert_eq!(Email::parse(bad), Err(InvalidEmail), "{bad:?}");
        }
    }
}
