//! What was asked: method, path, query, headers, body and staged files, with typed ways to read them.

mod body;
mod members;
mod place;
mod query;

use std::borrow::Cow;
use std::str::FromStr;

pub use members::members;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::packed::Headers;
use crate::problem::{Code, Problem, Rule};
use crate::version::{self, Version};

/// The methods a feature may answer. HEAD is the host's, made from GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "HTTP's own names")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method of this name, if a feature may answer it.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

/// Where every route stands.
const BASE: &str = "/api/v1";

/// A file that the host streamed to staging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Form field.
    pub field: String,
    /// Last segment of the client's name, control characters removed.
    pub filename: String,
    /// As found in the bytes.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex.
    pub sha256: String,
    /// First bytes, at most 512.
    pub head: Vec<u8>,
    /// What `blobs.promote` takes.
    pub staged_id: String,
}

/// A path below `/api/v1` and a query, as a feature sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTarget {
    /// Percent-encoded, without a trailing slash.
    pub path: String,
    /// What stood behind `?`, or empty.
    pub query: String,
}

impl RequestTarget {
    /// From what stands on the request's first line.
    pub fn parse(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix(BASE).filter(|rest| rest.starts_with('/')).unwrap_or(path);
        let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
        Self { path: path.to_owned(), query: query.to_owned() }
    }
}

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// None: a method that no feature answers.
    pub method: Option<Method>,
    /// Percent-encoded, below `/api/v1`, without a trailing slash.
    pub path: String,
    /// What stood behind `?`, or empty.
    pub query: String,
    /// Cookies, authorization and session headers are the host's and never here.
    pub headers: Headers,
    /// At most what the route takes.
    pub body: Vec<u8>,
    /// Staged files.
    pub uploads: Vec<Upload>,
    pub(crate) params: Vec<PathParam>,
}

/// A `{name}` of the route and where its value stands in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathParam {
    pub(crate) name: &'static str,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Request {
    /// A request without headers or body.
    pub fn new(method: Method, path: &str) -> Self {
        Self { method: Some(method), path: path.to_owned(), ..Self::default() }
    }

    /// The text of a `{name}` of the route, decoded. Bytes that are no text name nothing: 404.
    pub fn segment(&self, name: &str) -> Result<Cow<'_, str>, Problem> {
        let param = self.params.iter().find(|param| param.name == name);
        let param = param.ok_or_else(|| Problem::internal(format_args!("the route has no {{{name}}}")))?;
        let raw = self.path.get(param.start..param.end).unwrap_or_default();
        percent_decode_str(raw).decode_utf8().map_err(|_| Problem::not_found())
    }

    /// The value of a `{name}` of the route. One that does not parse names nothing that exists: 404.
    pub fn id<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.segment(name)?.parse().map_err(|_| Problem::not_found())
    }

    /// The query string as a type. Unknown names are ignored; what does not fit is named (422).
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        query::read(&self.query)
    }

    /// The names and values of the query string, decoded, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// The JSON body as a type. Unknown fields are ignored; no JSON is 400, what does not fit is named (422).
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::read(&self.body)
    }

    /// Like `json`, and an empty body reads as `{}`.
    pub fn json_or_empty<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::read(if self.body.is_empty() { b"{}" } else { &self.body })
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The version the caller has seen (`If-Match`). None: the caller does not care.
    pub fn if_match(&self) -> Result<Option<Version>, Problem> {
        self.header("if-match").map_or(Ok(None), version::parse_if_match)
    }

    /// 409 `VERSION_CONFLICT` when the caller has seen another version than this.
    pub fn matched(&self, version: Version) -> Result<(), Problem> {
        match self.if_match()? {
            Some(seen) if seen != version => Err(Problem::new(Code::VersionConflict)),
            _ => Ok(()),
        }
    }

    /// The first staged file of a form field; 422 when it is missing.
    pub fn upload(&self, field: &'static str) -> Result<&Upload, Problem> {
        let found = self.uploads.iter().find(|upload| upload.field == field);
        found.ok_or_else(|| Problem::invalid(field, Rule::Required))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_lose_their_base_and_their_last_slash() {
        for (target, path, query) in [
            ("/api/v1/notes/?a=b?c", "/notes", "a=b?c"),
            ("/api/v1/notes", "/notes", ""),
            ("/notes/", "/notes", ""),
            ("/api/v12/notes", "/api/v12/notes", ""),
            ("/api/v1/", "/", ""),
            ("/", "/", ""),
        ] {
            let wanted = RequestTarget { path: path.to_owned(), query: query.to_owned() };
            assert_eq!(RequestTarget::parse(target), wanted, "{target}");
        }
    }
}
