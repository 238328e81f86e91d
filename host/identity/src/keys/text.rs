//! A key as its owner carries it: `p2pk_<id>_<secret>`. The beginning is fixed so that scanners of repositories and
//! logs find one that was left there.

use std::fmt::Write as _;

use uuid::Uuid;

/// How every key begins.
const PREFIX: &str = "p2pk_";
/// Random bytes of a secret: more than anybody will ever guess.
const SECRET_BYTES: usize = 24;

/// Whether a text wants to be a key.
pub fn is_key(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Id and secret of a key, when it has the form of one.
pub fn parse(text: &str) -> Option<(Uuid, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let is_plain = id.len() == 32 && secret.len() == 2 * SECRET_BYTES;
    Some((Uuid::try_parse(id).ok().filter(|_| is_plain)?, secret))
}

/// The key of these two.
pub fn compose(id: Uuid, secret: &str) -> String {
    format!("{PREFIX}{}_{secret}", id.simple())
}

/// A secret that nobody knows yet.
pub fn fresh_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    let mut secret = String::with_capacity(2 * SECRET_BYTES);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(secret, "{byte:02x}");
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else_is() {
        let (id, secret) = (p2p_context::new_uuid(), fresh_secret().unwrap());
        let text = compose(id, &secret);
        assert_eq!(parse(&text), Some((id, secret.as_str())));
        assert!(is_key(&text));
        for bad in ["", "p2pk_", "p2pk_x_y", &text[..text.len() - 1], &text.replace("p2pk", "p2px")] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_ne!(secret, fresh_secret().unwrap());
    }
}
