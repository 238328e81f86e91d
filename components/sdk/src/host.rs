//! The Host port: what a feature may ask of whoever runs it. One small trait per interface of `wit/platform`, in the
//! same words; a component, the test host and the edge each fulfil them. Decides nothing.

mod answer;
mod blobs;
mod callers;
mod content;
mod documents;
mod identity;
mod join;
mod mail;
mod small;
mod sql;

use std::rc::Rc;

pub use answer::Answer;
pub use blobs::{Blob, BlobError, Blobs, Picture};
pub use callers::{Callers, Identified, Refusal};
pub use content::{Directory, DirectoryError, Event, Events, EventsError, Text};
pub use documents::{
    Change, Comparison, Document, DocumentError, Documents, Filter, Operator, Order, Search,
};
pub use identity::{
    CredentialError, Credentials, Issued, OpenSession, Proof, Proven, SessionError, Sessions,
};
pub use join::{join, join_all, join3};
pub use mail::{Mail, MailError};
pub use small::{Cache, CacheError, Clock, Config, Level, Log, Random, Secrets, Unreadable};
pub use sql::{Dialect, Sql, SqlError, Statement};

macro_rules! host {
    ($($name:ident: $port:ident,)+) => {
        /// What a feature was given. A capability that its `export!` does not list is absent, so that nothing in the
        /// component refers to it and it is no import.
        #[derive(Clone, Default)]
        pub struct Host {
            $(#[doc = concat!("The `", stringify!($name), "` interface.")]
            pub $name: Option<Rc<dyn $port>>,)+
            /// The same capabilities in a form whose answers may overlap; none when this one's may already.
            pub overlapping: Option<Rc<Host>>,
        }
    };
}

host! {
    sql: Sql,
    documents: Documents,
    blobs: Blobs,
    text: Text,
    directory: Directory,
    events: Events,
    credentials: Credentials,
    sessions: Sessions,
    callers: Callers,
    mail: Mail,
    cache: Cache,
    config: Config,
    secrets: Secrets,
    log: Log,
    clock: Clock,
    random: Random,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}
