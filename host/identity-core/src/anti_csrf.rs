//! Protection against calls that another site makes with a visitor's cookies.

use subtle::ConstantTimeEq as _;

use crate::config::SameSite;
use crate::request_tokens::{RequestTokens, TransferMode};

/// How a call proves that it comes from our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AntiCsrf {
    /// It need not: SameSite keeps cookies from foreign calls.
    None,
    /// By a `rid` header, which no foreign page can add without a preflight.
    ViaCustomHeader,
    /// By repeating a token of the session in the `anti-csrf` header.
    ViaToken,
}

impl AntiCsrf {
    /// What suits the cookies' SameSite attribute.
    pub fn suiting(same_site: SameSite) -> Self {
        match same_site {
            SameSite::Lax | SameSite::Strict => Self::None,
            SameSite::None => Self::ViaCustomHeader,
        }
    }
}

/// What a call is checked against.
#[derive(Debug, Clone, Copy)]
pub struct CsrfProof<'a> {
    /// Where its session token came from.
    pub mode: TransferMode,
    /// It changes nothing. Refreshing counts as unsafe.
    pub safe_method: bool,
    /// The token of the session, when it has one.
    pub token: Option<&'a str>,
}

/// Whether the call may go on. Tokens in headers are never sent by a foreign page and pass.
pub fn passes_anti_csrf(rule: AntiCsrf, tokens: &RequestTokens, proof: CsrfProof<'_>) -> bool {
    if proof.safe_method || proof.mode == TransferMode::Header {
        return true;
    }
    match rule {
        AntiCsrf::None => true,
        AntiCsrf::ViaCustomHeader => tokens.has_rid(),
        AntiCsrf::ViaToken => match (proof.token, tokens.anti_csrf()) {
            (Some(expected), Some(given)) => expected.as_bytes().ct_eq(given.as_bytes()).into(),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(rule: AntiCsrf, headers: &[(&str, &str)], token: Option<&str>) -> [bool; 3] {
        let tokens = RequestTokens::read(headers.iter().copied());
        let proof = CsrfProof { mode: TransferMode::Cookie, safe_method: false, token };
        [
            passes_anti_csrf(rule, &tokens, proof),
            passes_anti_csrf(rule, &tokens, CsrfProof { safe_method: true, ..proof }),
            passes_anti_csrf(rule, &tokens, CsrfProof { mode: TransferMode::Header, ..proof }),
        ]
    }

    #[test]
    fn each_rule_asks_for_its_proof_on_unsafe_calls_with_cookies_only() {
        assert_eq!(passes(AntiCsrf::None, &[], None), [true; 3]);
        assert_eq!(passes(AntiCsrf::ViaCustomHeader, &[], None), [false, true, true]);
        assert_eq!(passes(AntiCsrf::ViaCustomHeader, &[("rid", "")], None), [true; 3]);
        assert_eq!(passes(AntiCsrf::ViaToken, &[("anti-csrf", "t")], Some("t")), [true; 3]);
        for (sent, held) in [
            (&[("anti-csrf", "t")][..], None),
            (&[], Some("t")),
            (&[("anti-csrf", "u")], Some("t")),
            (&[("rid", "x")], None),
        ] {
            assert_eq!(passes(AntiCsrf::ViaToken, sent, held), [false, true, true]);
        }
    }

    #[test]
    fn cookies_that_cross_sites_get_a_check_by_themselves() {
        assert_eq!(AntiCsrf::suiting(SameSite::Lax), AntiCsrf::None);
        assert_eq!(AntiCsrf::suiting(SameSite::None), AntiCsrf::ViaCustomHeader);
    }
}
