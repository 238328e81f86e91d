//! One route: what it matches, who may call it, what runs, and what the documentation says of it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::describe::Described;
use crate::problem::{Code, Problem};
use crate::request::{Method, PathParam};
use crate::{Ctx, Request, Response};

/// Who may call a route at all; finer rules are the handler's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Everybody.
    Public,
    /// Everybody too; but a session that a caller brings must hold.
    Optional,
    /// Whoever is signed in; the default.
    #[default]
    Session,
    /// Admins of their organization, and platform admins.
    Admin,
    /// Platform admins.
    PlatformAdmin,
}

/// What a route takes as files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploads {
    /// Files in one request.
    pub max_files: u32,
    /// Bytes of one file.
    pub max_bytes: u64,
    /// MIME types, as found in the bytes.
    pub media_types: &'static [&'static str],
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Response, Problem>> + 'a>>;
type Handler = Box<dyn for<'a> Fn(&'a Ctx, Request) -> Running<'a> + Send + Sync>;

/// A route.
#[cfg_attr(not(feature = "describe"), expect(dead_code, reason = "some fields are for the manifest only"))]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) idempotent: bool,
    pub(crate) documented: bool,
    pub(crate) unverified: bool,
    pub(crate) rate: Option<&'static str>,
    pub(crate) summary: &'static str,
    pub(crate) body_limit: Option<usize>,
    pub(crate) uploads: Option<Uploads>,
    pub(crate) statuses: Vec<u16>,
    pub(crate) fails: Vec<Code>,
    /// The path up to its first parameter.
    literal: &'static str,
    handler: Handler,
    #[cfg(feature = "describe")]
    pub(crate) schemas: crate::describe::RouteSchemas,
}

macro_rules! methods {
    ($($name:ident $method:ident;)+) => {
        $(#[doc = concat!("A ", stringify!($name), " route. `{name}` in the path stands for one segment.")]
        pub fn $name<H>(path: &'static str, handler: H) -> Route
        where
            H: AsyncFn(&Ctx, Request) -> Result<Response, Problem> + Copy + Send + Sync + 'static,
        {
            Route::new(Method::$method, path, handler)
        })+
    };
}

methods! {
    get Get;
    post Post;
    put Put;
    patch Patch;
    delete Delete;
}

impl Route {
    fn new<H>(method: Method, path: &'static str, handler: H) -> Self
    where
        H: AsyncFn(&Ctx, Request) -> Result<Response, Problem> + Copy + Send + Sync + 'static,
    {
        Self {
            method,
            path,
            access: Access::default(),
            idempotent: false,
            documented: true,
            unverified: false,
            rate: None,
            summary: "",
            body_limit: None,
            uploads: None,
            statuses: Vec::new(),
            fails: Vec::new(),
            literal: path.split('{').next().unwrap_or(path),
            handler: Box::new(move |ctx, request| Box::pin(async move { handler(ctx, request).await })),
            #[cfg(feature = "describe")]
            schemas: crate::describe::RouteSchemas::default(),
        }
    }

    /// Who may call it at all.
    #[must_use]
    pub fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// A POST that creates: the same `Idempotency-Key` within a day gets the first answer. The handler writes with
    /// [`Batch::answer`](crate::Batch::answer).
    #[must_use]
    pub fn idempotent(self) -> Self {
        Self { idempotent: true, ..self }
    }

    /// It is part of another protocol, described elsewhere: the API's description leaves it out.
    #[must_use]
    pub fn undocumented(self) -> Self {
        Self { documented: false, ..self }
    }

    /// It answers also people whose address is not verified, where a tenant wants it to be.
    #[must_use]
    pub fn unverified(self) -> Self {
        Self { unverified: true, ..self }
    }

    /// It can be used to guess passwords or to fill mailboxes: the strict limit of such routes counts.
    #[must_use]
    pub fn strict_rate(self) -> Self {
        Self { rate: Some("auth"), ..self }
    }

    /// It counts against the wide limit of reading: an office behind one address uses it often.
    #[must_use]
    pub fn wide_rate(self) -> Self {
        Self { rate: Some("read"), ..self }
    }

    /// One sentence for the documentation.
    #[must_use]
    pub fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// Bytes of body it takes: 64 KiB when not said, 1 MiB at most.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: Some(bytes), ..self }
    }

    /// It takes multipart: the host stages the files, the other parts arrive as a JSON object.
    #[must_use]
    pub fn uploads(self, uploads: Uploads) -> Self {
        Self { uploads: Some(uploads), ..self }
    }

    /// The type of its JSON body.
    #[must_use]
    #[cfg_attr(not(feature = "describe"), expect(unused_mut, reason = "only documentation keeps schemas"))]
    pub fn takes<T: Described>(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.takes::<T>();
        self
    }

    /// The type of its query string: each field is a parameter.
    #[must_use]
    #[cfg_attr(not(feature = "describe"), expect(unused_mut, reason = "only documentation keeps schemas"))]
    pub fn query<T: Described>(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.query::<T>();
        self
    }

    /// It is a list, continued by `limit`, `cursor`, `page` and `count`.
    #[must_use]
    #[cfg_attr(not(feature = "describe"), expect(unused_mut, reason = "only documentation keeps schemas"))]
    pub fn paged(mut self) -> Self {
        #[cfg(feature = "describe")]
        self.schemas.paged();
        self
    }

    /// A status it answers, and the type of the JSON that comes with it.
    #[must_use]
    pub fn answers<T: Described>(mut self, status: u16) -> Self {
        self.statuses.push(status);
        #[cfg(feature = "describe")]
        self.schemas.answers::<T>(status);
        self
    }

    /// A status it answers without a body.
    #[must_use]
    pub fn answers_empty(mut self, status: u16) -> Self {
        self.statuses.push(status);
        self
    }

    /// Problems it answers beyond those that any route may.
    #[must_use]
    pub fn fails(mut self, codes: &[Code]) -> Self {
        self.fails.extend_from_slice(codes);
        self
    }

    /// Its method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Its path, with `{name}` segments.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Runs the handler.
    pub(crate) fn call<'a>(&'a self, ctx: &'a Ctx, request: Request) -> Running<'a> {
        (self.handler)(ctx, request)
    }

    /// Refuses who may not call. The host that reads the manifest did so already; not every host reads one.
    pub(crate) fn admit(&self, ctx: &Ctx) -> Result<(), Problem> {
        match self.access {
            Access::Public | Access::Optional => Ok(()),
            Access::Session => ctx.actor().map(drop),
            Access::Admin => ctx.admin().map(drop),
            Access::PlatformAdmin => ctx.platform_admin().map(drop),
        }
    }

    /// Where its parameters stand in a path that it matches.
    pub(crate) fn matches(&self, path: &str) -> Option<Vec<PathParam>> {
        if !path.starts_with(self.literal) {
            return None;
        }
        let mut params = Vec::new();
        let (mut pattern, mut at) = (self.path, 0);
        while let Some((literal, after)) = pattern.split_once('{') {
            let (name, rest) = after.split_once('}')?;
            let start = at + literal.len();
            if path.get(at..start) != Some(literal) {
                return None;
            }
            let value = path.get(start..)?;
            let end = start + value.find('/').unwrap_or(value.len());
            if end == start {
                return None;
            }
            params.push(PathParam { name, start, end });
            (pattern, at) = (rest, end);
        }
        (path.get(at..) == Some(pattern)).then_some(params)
    }

    /// Orders routes: literal segments before parameters, `topics/mine` before `topics/{id}`.
    pub(crate) fn rank(&self) -> impl Iterator<Item = bool> + use<> {
        self.path.split('/').map(|segment| segment.starts_with('{'))
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing(_: &Ctx, _: Request) -> Result<Response, Problem> {
        Ok(Response::no_content())
    }

    fn values(pattern: &'static str, path: &str) -> Option<Vec<String>> {
        let found = get(pattern, nothing).matches(path)?;
        Some(found.iter().map(|param| path[param.start..param.end].to_owned()).collect())
    }

    #[test]
    fn paths_match_whole_segments() {
        assert_eq!(values("/forums/topics", "/forums/topics"), Some(vec![]));
        assert_eq!(values("/forums/topics", "/forums/topics2"), None);
        assert_eq!(values("/a/{id}", "/a/7"), Some(vec!["7".to_owned()]));
        assert_eq!(values("/a/{id}", "/a/"), None);
        assert_eq!(values("/a/{id}", "/a/7/b"), None);
        assert_eq!(values("/a/{id}/b/{n}", "/a/7/b/%D8%B3"), Some(vec!["7".to_owned(), "%D8%B3".to_owned()]));
        assert_eq!(values("/a/{id}/b", "/a/7/c"), None);
        assert_eq!(values("/a/{id}", "/ä"), None);
    }
}
