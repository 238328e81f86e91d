//! Tokens that travel by mail and work once. A store keeps only the hash, so that a stolen store sets no password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::digest;

/// Random bytes for each token: nobody guesses one.
pub const ONE_TIME_BYTES: usize = 32;

/// The token's text, fit for a link.
pub fn one_time_token(random: [u8; ONE_TIME_BYTES]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// What a store keeps of it: SHA-256. None for a text that cannot be such a token, which need not be looked up.
pub fn one_time_token_hash(token: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; ONE_TIME_BYTES];
    let length = URL_SAFE_NO_PAD.decode_slice(token, &mut bytes).ok()?;
    (length == ONE_TIME_BYTES).then(|| digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_a_link_and_has_one_hash() {
        let token = one_time_token([0xfb; ONE_TIME_BYTES]);
        assert_eq!(token.len(), 43);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{token}");
        assert_eq!(one_time_token_hash(&token), Some(digest(token.as_bytes())));
        assert_ne!(one_time_token_hash(&token), one_time_token_hash(&one_time_token([0xfa; ONE_TIME_BYTES])));
    }

    #[test]
    fn what_was_never_issued_is_told_by_its_shape() {
        let token = one_time_token([7; ONE_TIME_BYTES]);
        for bad in
            ["", "x", " ", &token[1..], &format!("{token}A"), &format!(" {token}"), &"A".repeat(100_000)]
        {
            assert_eq!(one_time_token_hash(bad), None, "{bad:.50}");
        }
        let (head, _) = token.split_at(42);
        assert_eq!(one_time_token_hash(&format!("{head}B")), None, "bits that mean nothing must be zero");
        assert_eq!(one_time_token_hash(&format!("{head}+")), None);
    }
}
