//! The first argument of every handler: who is calling, until when, and the host's capabilities. Holds no state
//! between calls.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::host::{
    Blobs, Cache, Callers, Clock, Config, Credentials, Directory, Documents, Events, Host, Level, Log, Mail,
    Random, Secrets, Sessions, Sql, Text,
};
use crate::idempotency::Claim;
use crate::problem::{Code, Problem};
use crate::{Actor, Language, Role, Timestamp, Uuid};

/// What the host says of one call.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// Names the call in logs.
    pub request_id: String,
    /// Names the call to an adapter that cannot see it.
    pub token: String,
    /// None: nobody is signed in.
    pub actor: Option<Actor>,
    /// The caller's.
    pub language: Language,
    /// Milliseconds left when the call began.
    pub deadline_ms: u32,
}

/// One call and what it may use.
#[derive(Debug, Clone)]
pub struct Ctx {
    host: Rc<Host>,
    current: Rc<Current>,
}

/// What belongs to one call, whichever form of the host it speaks to.
#[derive(Debug)]
struct Current {
    call: Call,
    claim: RefCell<Option<Claim>>,
}

macro_rules! capabilities {
    ($($name:ident $port:ident $doc:literal;)+) => {
        $(#[doc = $doc]
        pub fn $name(&self) -> &dyn $port {
            match &self.host.$name {
                Some(capability) => capability.as_ref(),
                None => unlisted(stringify!($name)),
            }
        })+
    };
}

impl Ctx {
    /// A call of a host.
    pub fn new(host: Rc<Host>, call: Call) -> Self {
        Self { host, current: Rc::new(Current { call, claim: RefCell::default() }) }
    }

    capabilities! {
        sql Sql "The feature's own tables.";
        documents Documents "The feature's own documents.";
        blobs Blobs "The feature's own files.";
        text Text "Markdown and HTML for people.";
        directory Directory "Names and cards of people.";
        events Events "Events that belong to no commit.";
        credentials Credentials "E-mails and passwords; accounts only.";
        sessions Sessions "Sessions; accounts only.";
        callers Callers "Who is calling, on hosts that have not said so.";
        mail Mail "Letters by template.";
        cache Cache "Small values that may vanish.";
        config Config "The feature's settings; see `settings`.";
        secrets Secrets "Sealing.";
        log Log "Log lines; see `info`, `warn` and `error`.";
        clock Clock "Time; see `now`.";
        random Random "Randomness; see `new_id`.";
    }

    /// The same call with capabilities whose answers overlap, for `join`: three waits of 100 ms take 100 ms. A single
    /// call is cheaper without. Reads overlap; writes are made one after the other.
    #[must_use]
    pub fn concurrent(&self) -> Self {
        let host = self.host.overlapping.as_ref().unwrap_or(&self.host);
        Self { host: Rc::clone(host), current: Rc::clone(&self.current) }
    }

    /// What the host says of this call.
    pub fn call(&self) -> &Call {
        &self.current.call
    }

    /// The answer that an idempotent request still has to keep.
    pub(crate) fn claim(&self) -> &RefCell<Option<Claim>> {
        &self.current.claim
    }

    /// Whoever is signed in; 401 when nobody is.
    pub fn actor(&self) -> Result<&Actor, Problem> {
        self.current.call.actor.as_ref().ok_or_else(|| Problem::new(Code::Unauthenticated))
    }

    /// An admin of their organization, or a platform admin; 403 for others.
    pub fn admin(&self) -> Result<&Actor, Problem> {
        let actor = self.actor()?;
        if actor.role == Role::Admin || actor.platform_admin { Ok(actor) } else { Err(Problem::forbidden()) }
    }

    /// A platform admin; 403 for others.
    pub fn platform_admin(&self) -> Result<&Actor, Problem> {
        let actor = self.actor()?;
        if actor.platform_admin { Ok(actor) } else { Err(Problem::forbidden()) }
    }

    /// Somebody whose e-mail address is verified; 403 for others.
    pub fn verified(&self) -> Result<&Actor, Problem> {
        let actor = self.actor()?;
        if actor.verified { Ok(actor) } else { Err(Problem::new(Code::EmailNotVerified)) }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// A new id, ordered by time.
    pub fn new_id(&self) -> Uuid {
        self.random().uuid()
    }

    /// The feature's settings in this tenant. Give every field a default, in the type as in the schema.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        p2p_values::from_slice(&self.config().settings())
            .map_err(|error| Problem::internal(format_args!("settings: {error}")))
    }

    /// A log line for people who operate, with fields for programs.
    pub fn info(&self, message: &str, fields: &impl Serialize) {
        self.write(Level::Info, message, fields);
    }

    /// Something that should not happen and was coped with.
    pub fn warn(&self, message: &str, fields: &impl Serialize) {
        self.write(Level::Warn, message, fields);
    }

    /// Something that failed and was not told to the caller.
    pub fn error(&self, message: &str, fields: &impl Serialize) {
        self.write(Level::Error, message, fields);
    }

    /// Unlike `log()`, does nothing where logging was not granted: failing to log must not fail a call.
    fn write(&self, level: Level, message: &str, fields: &impl Serialize) {
        if let Some(log) = &self.host.log {
            log.write(level, message, &p2p_values::to_vec(fields));
        }
    }
}

#[cold]
#[expect(clippy::panic, reason = "the author's mistake, met by the first call of the route on any host")]
fn unlisted(name: &str) -> ! {
    panic!("`{name}` is used but missing in the capabilities of `p2p_sdk::export!`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx(actor: Option<Actor>) -> Ctx {
        Ctx::new(Rc::default(), Call { actor, ..Call::default() })
    }

    fn person(role: Role) -> Actor {
        let (user_id, organization_id) = (Uuid::NIL, Some(Uuid::NIL));
        Actor { user_id, organization_id, role, platform_admin: false, verified: false }
    }

    #[test]
    fn guards_let_in_whom_they_should() {
        assert_eq!(ctx(None).actor().unwrap_err().code(), Code::Unauthenticated);
        assert_eq!(ctx(None).admin().unwrap_err().code(), Code::Unauthenticated);
        let member = ctx(Some(person(Role::Member)));
        assert!(member.actor().is_ok());
        assert_eq!(member.admin().unwrap_err().code(), Code::Forbidden);
        assert_eq!(member.verified().unwrap_err().code(), Code::EmailNotVerified);
        let admin = ctx(Some(person(Role::Admin)));
        assert!(admin.admin().is_ok());
        assert_eq!(admin.platform_admin().unwrap_err().code(), Code::Forbidden);
        let platform = ctx(Some(Actor { platform_admin: true, ..person(Role::Member) }));
        assert!(platform.admin().is_ok() && platform.platform_admin().is_ok());
    }
}
