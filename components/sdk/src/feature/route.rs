//! One route: what it matches, who may call it, what runs, and what the documentation says of it.

mod manifest;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

#[cfg(feature = "describe")]
use crate::problem::Code;
use crate::problem::Problem;
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

/// A route. What only the manifest tells of it is left out of a component, which would carry it for nothing.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) idempotent: bool,
    pub(crate) sealed: bool,
    #[cfg(feature = "describe")]
    pub(crate) documented: bool,
    #[cfg(feature = "describe")]
    pub(crate) unverified: bool,
    #[cfg(feature = "describe")]
    pub(crate) rate: Option<&'static str>,
    #[cfg(feature = "describe")]
    pub(crate) summary: &'static str,
    #[cfg(feature = "describe")]
    pub(crate) body_limit: Option<usize>,
    #[cfg(feature = "describe")]
    pub(crate) uploads: Option<Uploads>,
    #[cfg(feature = "describe")]
    pub(crate) statuses: Vec<u16>,
    #[cfg(feature = "describe")]
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
        Self::bare(
            method,
            path,
            Box::new(move |ctx, request| Box::pin(async move { handler(ctx, request).await })),
        )
    }

    /// The part that is the same for every handler, made once.
    #[inline(never)]
    fn bare(method: Method, path: &'static str, handler: Handler) -> Self {
        Self {
            method,
            path,
            access: Access::default(),
            idempotent: false,
            sealed: false,
            #[cfg(feature = "describe")]
            documented: true,
            #[cfg(feature = "describe")]
            unverified: false,
            #[cfg(feature = "describe")]
            rate: None,
            #[cfg(feature = "describe")]
            summary: "",
            #[cfg(feature = "describe")]
            body_limit: None,
            #[cfg(feature = "describe")]
            uploads: None,
            #[cfg(feature = "describe")]
            statuses: Vec::new(),
            #[cfg(feature = "describe")]
            fails: Vec::new(),
            literal: path.split('{').next().unwrap_or(path),
            handler,
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

    /// Like `idempotent`, for answers that say what the feature keeps sealed: the first answer is kept sealed, too. Needs
    /// `secrets`.
    #[must_use]
    pub fn idempotent_sealed(self) -> Self {
        Self { idempotent: true, sealed: true, ..self }
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
