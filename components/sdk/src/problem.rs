//! What a feature answers when it does not do what was asked: a code with one status, words for people in both
//! languages, and what a program may need to know. Internal text goes to the log, never into the answer.

mod causes;
mod codes;
mod fields;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

pub use codes::{Code, Kind};
pub use fields::{FieldProblem, Rule};

use crate::response::PROBLEM;
use crate::{Language, Response};

/// A refusal or a failure on its way to the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone, PartialEq)]
struct Parts {
    code: Code,
    words: Option<Words>,
    details: Map<String, Value>,
    fields: Vec<FieldProblem>,
    retry_after: Option<u32>,
    headers: Vec<u8>,
    cause: Option<String>,
}

/// One sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    en: Cow<'static, str>,
    ar: Cow<'static, str>,
}

impl Problem {
    /// A problem in the words of its code.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            words: None,
            details: Map::new(),
            fields: Vec::new(),
            retry_after: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// The thing is not there, or the caller may not know of it.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// The caller sees it and may not do this.
    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden)
    }

    /// 403 unless they may.
    pub fn unless(may: bool) -> Result<(), Self> {
        if may { Ok(()) } else { Err(Self::forbidden()) }
    }

    /// A failure that is not the caller's. `cause` is for the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(Code::Internal).because(cause)
    }

    /// One field is wrong. For several at once, see [`Check`](crate::Check).
    pub fn invalid(field: impl Into<Cow<'static, str>>, rule: Rule) -> Self {
        Self::fields(vec![FieldProblem { field: field.into(), rule }])
    }

    /// These fields are wrong.
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        let mut problem = Self::new(Code::Validation);
        problem.0.fields = fields;
        problem
    }

    /// Says it in better words than the code's, in English and Arabic.
    #[must_use]
    pub fn says(mut self, en: impl Into<Cow<'static, str>>, ar: impl Into<Cow<'static, str>>) -> Self {
        self.0.words = Some(Words { en: en.into(), ar: ar.into() });
        self
    }

    /// Adds something for programs to `details`.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.0.details.insert(name.to_owned(), value);
        self
    }

    /// Seconds after which another try may work.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Adds what the log should know.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// Adds packed headers that the answer must carry: those that clear a session in a browser.
    #[must_use]
    pub fn session_headers(mut self, packed: &[u8]) -> Self {
        self.0.headers.extend_from_slice(packed);
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What the log should know, if anything.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The fields that are wrong.
    pub fn wrong_fields(&self) -> &[FieldProblem] {
        &self.0.fields
    }

    /// The answer. The host adds the request's id when it makes its envelope.
    pub fn into_response(self, language: Language) -> Response {
        let Parts { code, words, mut details, fields, retry_after, headers, .. } = *self.0;
        let message = match (&words, language) {
            (Some(words), Language::En) => words.en.as_ref(),
            (Some(words), Language::Ar) => words.ar.as_ref(),
            (None, language) => code.message(language),
        };
        if !fields.is_empty() {
            details.insert("fields".to_owned(), fields.iter().map(|field| field.to_json(language)).collect());
        }
        let body = Envelope { message, error_code: code.as_str(), details };
        let mut response =
            Response::typed(code.status(), PROBLEM, p2p_values::to_vec(&body)).session_headers(&headers);
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", &seconds.to_string());
        }
        response
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    message: &'a str,
    error_code: &'a str,
    details: Map<String, Value>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())?;
        match &self.0.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(problem: Problem, language: Language) -> Value {
        serde_json::from_slice(&problem.into_response(language).body).unwrap()
    }

    #[test]
    fn causes_stay_inside() {
        let problem = Problem::internal("password of db is hunter2");
        let response = problem.into_response(Language::En);
        assert_eq!(response.status, 500);
        assert!(!String::from_utf8_lossy(&response.body).contains("hunter2"));
    }

    #[test]
    fn the_language_changes_words_and_never_codes() {
        let problem =
            Problem::new(Code::BadState).says("The topic is locked.", "الموضوع مغلق.").detail("topic", 7);
        let (en, ar) = (body(problem.clone(), Language::En), body(problem, Language::Ar));
        assert_eq!(en["message"], "The topic is locked.");
        assert_eq!(ar["message"], "الموضوع مغلق.");
        assert_eq!((&en["error_code"], &en["details"]), (&ar["error_code"], &ar["details"]));
        assert_eq!(en["details"]["topic"], 7);
    }

    #[test]
    fn fields_are_named() {
        let problem = Problem::invalid("title", Rule::TooShort(5));
        let en = body(problem.clone(), Language::En);
        assert_eq!(en["details"]["fields"][0]["field"], "title");
        assert_eq!(en["details"]["fields"][0]["code"], "TOO_SHORT");
        assert!(en["details"]["fields"][0]["message"].as_str().unwrap().contains('5'));
        assert_ne!(en["details"]["fields"], body(problem, Language::Ar)["details"]["fields"]);
    }
}
