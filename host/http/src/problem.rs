//! Every error this room can answer. A handler returns a `Problem`; `envelope` writes it once the request's id and
//! language are at hand. Never carries internal text.

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use p2p_runtime::{DispatchError, DispatchErrorKind};
use serde_json::Value;

/// The errors of the host's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Not HTTP as we understand it: path, encoding, multipart.
    Malformed,
    /// A cursor that no answer of ours held.
    CursorInvalid,
    /// Nobody is signed in.
    Unauthenticated,
    /// The session is over for good.
    SessionExpired,
    /// The session was ended because its refresh token came back after it had been traded.
    TokenTheft,
    /// The access token is stale, or the anti-CSRF check failed.
    TryRefresh,
    /// Signed in, and still not allowed.
    Forbidden,
    /// Signed in, but with an address that nobody confirmed, where the operator wants it to be.
    EmailNotVerified,
    /// No such host, route or file.
    NotFound,
    /// The path has other methods.
    MethodNotAllowed,
    /// The sender was too slow with its body.
    Slow,
    /// Past a size limit.
    TooLarge,
    /// A media type the route does not take.
    FileType,
    /// Understood, but not acceptable.
    Validation,
    /// More often than allowed.
    RateLimited,
    /// A fault of ours or of a feature.
    Internal,
    /// Enabled, but not working.
    FeatureUnavailable,
    /// Every place is taken.
    Busy,
    /// The call ran past its deadline.
    Deadline,
}

/// An answer that is an error.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Status of the answer.
    pub status: StatusCode,
    /// What it says.
    pub words: Words,
    /// A JSON object for programs.
    pub details: Value,
    /// Headers beside the envelope's own.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// The rules of fields that are the host's own; features have theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A value that it cannot have.
    Form,
    /// More files than this.
    TooMany(u32),
}

/// Who speaks.
#[derive(Debug, Clone)]
pub enum Words {
    /// The host, in the reader's language.
    Host(Code),
    /// The host, of one field; `envelope` puts it into the details.
    Field {
        /// As the caller wrote it.
        field: String,
        /// What it breaks.
        rule: Rule,
    },
    /// A feature, which has chosen the language itself.
    Feature {
        /// For people.
        message: String,
        /// For programs.
        error_code: String,
    },
}

impl Code {
    /// The code of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "MALFORMED",
            Self::CursorInvalid => "CURSOR_INVALID",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::SessionExpired | Self::TokenTheft => "SESSION_EXPIRED",
            Self::TryRefresh => "TRY_REFRESH",
            Self::Forbidden => "FORBIDDEN",
            Self::EmailNotVerified => "EMAIL_NOT_VERIFIED",
            Self::NotFound => "NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::TooLarge => "TOO_LARGE",
            Self::FileType => "FILE_TYPE",
            Self::Validation => "VALIDATION",
            Self::RateLimited => "RATE_LIMITED",
            Self::Internal => "INTERNAL",
            Self::FeatureUnavailable => "FEATURE_UNAVAILABLE",
            Self::Busy => "BUSY",
            Self::Slow | Self::Deadline => "DEADLINE",
        }
    }

    /// Its HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::CursorInvalid => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::SessionExpired | Self::TokenTheft | Self::TryRefresh => {
                StatusCode::UNAUTHORIZED
            }
            Self::Forbidden | Self::EmailNotVerified => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::FileType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Validation => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::FeatureUnavailable | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Deadline => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

impl Rule {
    /// Its code, as features write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "FORM",
            Self::TooMany(_) => "TOO_MANY",
        }
    }
}

impl Problem {
    /// A field breaks a rule.
    pub fn wrong_field(field: &str, rule: Rule) -> Self {
        Self { words: Words::Field { field: field.to_owned(), rule }, ..Code::Validation.into() }
    }

    /// The path exists, with these methods.
    pub fn method_not_allowed(allowed: &[&str]) -> Self {
        let allow = HeaderValue::try_from(allowed.join(", ")).unwrap_or(HeaderValue::from_static("GET"));
        let mut problem = Self::from(Code::MethodNotAllowed);
        problem.headers.push((ALLOW, allow));
        problem
    }

    /// One thing for programs to read.
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(details) = &mut self.details {
            details.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Asks to come back after so many seconds.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            status: code.status(),
            words: Words::Host(code),
            details: Value::Object(serde_json::Map::new()),
            headers: Vec::new(),
        }
    }
}

impl From<&DispatchError> for Problem {
    fn from(error: &DispatchError) -> Self {
        match error.kind {
            DispatchErrorKind::NotEnabled => Code::NotFound.into(),
            DispatchErrorKind::Busy => Self::from(Code::Busy).retry_after(1),
            DispatchErrorKind::Deadline => Code::Deadline.into(),
            DispatchErrorKind::Memory | DispatchErrorKind::Trapped => Code::Internal.into(),
            DispatchErrorKind::Unsupported => Self::from(Code::FeatureUnavailable).retry_after(30),
        }
    }
}

impl IntoResponse for Problem {
    /// An empty answer that carries the problem to `envelope`.
    fn into_response(mut self) -> Response {
        let mut response = self.status.into_response();
        for (name, value) in std::mem::take(&mut self.headers) {
            response.headers_mut().append(name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}
