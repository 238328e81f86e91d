//! The one place that writes an error's body: `{"message","error_code","details","request_id"}`. Below the base path of
//! the session protocol `message` is the protocol's own text; the rest stands there all the same.

use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use p2p_context::Language;
use serde::Serialize;
use serde_json::{Value, json};

use crate::messages::{TOKEN_THEFT, message, protocol_message, rule_message};
use crate::problem::{Code, Problem, Words};
use crate::visit::Visit;

/// Whom the message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// People, in their language.
    People,
    /// The SDKs of the session protocol, which know fixed English texts.
    Protocol,
}

#[derive(Serialize)]
struct Envelope<'a> {
    message: &'a str,
    error_code: &'a str,
    details: &'a Value,
    request_id: &'a str,
    /// By this the SDKs know that a claim of the session is in the way, and which.
    #[serde(rename = "claimValidationErrors", skip_serializing_if = "<[_]>::is_empty")]
    claims: &'static [ClaimError],
}

#[derive(Serialize)]
struct ClaimError {
    id: &'static str,
    reason: Reason,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reason {
    message: &'static str,
    expected_value: bool,
    actual_value: bool,
}

const NOT_VERIFIED: [ClaimError; 1] = [ClaimError {
    id: "st-ev",
    reason: Reason { message: "wrong value", expected_value: true, actual_value: false },
}];

/// Fills in the body of a response that carries a problem; answers its code for the log.
pub fn fill(response: &mut Response, visit: &Visit, dialect: Dialect) -> Option<String> {
    let problem = response.extensions_mut().remove::<Problem>()?;
    let problem = with_field(problem, spoken(visit.language, dialect));
    let (message, error_code) = words(&problem.words, visit.language, dialect);
    let claims: &[ClaimError] = match problem.words {
        Words::Host(Code::EmailNotVerified) => &NOT_VERIFIED,
        _ => &[],
    };
    let request_id = visit.request_id.as_str();
    let envelope = Envelope { message, error_code, details: &problem.details, request_id, claims };
    // Strings and a JSON value always serialize.
    let body = serde_json::to_vec(&envelope).unwrap_or_default();
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    // The router has counted the empty body that the problem travelled with.
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, media_type(dialect));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(error_code.to_owned())
}

/// JSON as each of the two expects it to be called.
pub fn media_type(dialect: Dialect) -> HeaderValue {
    HeaderValue::from_static(match dialect {
        Dialect::People => "application/json",
        Dialect::Protocol => "application/json; charset=utf-8",
    })
}

/// Names the field that is wrong, if that is what it says.
fn with_field(problem: Problem, language: Language) -> Problem {
    let Words::Field { field, rule } = &problem.words else { return problem };
    let message = rule_message(*rule, language);
    let fields = json!([{"field": field, "message": message, "code": rule.as_str()}]);
    problem.with_detail("fields", fields)
}

/// The language of what has no words in the protocol: its SDKs know English alone.
fn spoken(language: Language, dialect: Dialect) -> Language {
    match dialect {
        Dialect::People => language,
        Dialect::Protocol => Language::En,
    }
}

/// Message and code.
fn words(words: &Words, language: Language, dialect: Dialect) -> (&str, &str) {
    let (text, error_code) = match words {
        Words::Host(Code::TokenTheft) if dialect == Dialect::Protocol => {
            return (TOKEN_THEFT, Code::TokenTheft.as_str());
        }
        Words::Host(code) => (message(*code, spoken(language, dialect)), code.as_str()),
        Words::Field { .. } => {
            (message(Code::Validation, spoken(language, dialect)), Code::Validation.as_str())
        }
        Words::Feature { message, error_code } => (message.as_str(), error_code.as_str()),
    };
    let fixed = if dialect == Dialect::Protocol { protocol_message(error_code) } else { None };
    (fixed.unwrap_or(text), error_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &Words, dialect: Dialect) -> String {
        super::words(words, Language::Ar, dialect).0.to_owned()
    }

    #[test]
    fn the_protocol_has_words_of_its_own_for_sessions_and_only_for_them() {
        for (code, text) in [
            (Code::Unauthenticated, "unauthorised"),
            (Code::SessionExpired, "unauthorised"),
            (Code::TryRefresh, "try refresh token"),
            (Code::TokenTheft, "token theft detected"),
            (Code::EmailNotVerified, "invalid claim"),
            (Code::NotFound, "There is nothing at this address."),
        ] {
            assert_eq!(said(&Words::Host(code), Dialect::Protocol), text);
            assert_eq!(said(&Words::Host(code), Dialect::People), message(code, Language::Ar));
        }
    }

    #[test]
    fn a_feature_keeps_its_words_unless_the_protocol_has_some() {
        let of = |error_code: &str| Words::Feature { message: "own".into(), error_code: error_code.into() };
        assert_eq!(said(&of("MALFORMED"), Dialect::Protocol), "own");
        assert_eq!(said(&of("UNAUTHENTICATED"), Dialect::People), "own");
        assert_eq!(said(&of("UNAUTHENTICATED"), Dialect::Protocol), "unauthorised");
    }
}
