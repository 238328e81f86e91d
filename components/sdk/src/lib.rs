//! Writing a feature: routes, rules and statements over a port that any host can fulfil. No wit-bindgen, wasm-bindgen,
//! tokio, clock or randomness of its own; `docs/write-a-feature.md` shows how it is used.

mod actor;
mod again;
mod batch;
mod check;
mod ctx;
pub mod describe;
#[cfg(feature = "events")]
mod events;
mod feature;
mod fold;
#[cfg(all(feature = "component", target_arch = "wasm32"))]
pub mod guest;
pub mod host;
mod idempotency;
pub mod media_type;
mod packed;
mod page;
mod people;
mod problem;
mod query;
mod request;
mod response;
#[cfg(feature = "events")]
mod retell;
mod router;
#[cfg(feature = "schedule")]
mod schedule;
mod slug;
#[cfg(all(feature = "test-host", not(target_arch = "wasm32")))]
pub mod test_host;
mod version;
mod views;

pub use actor::{Actor, Language, Role, Viewer};
pub use again::{again, again_unless_matched};
pub use batch::Batch;
pub use check::{Check, is_email};
pub use ctx::{Call, Ctx};
#[cfg(feature = "events")]
pub use events::{Delivery, EventError, Heard};
pub use feature::{
    Access, Collection, Feature, MailTemplate, Migration, Route, Uploads, delete, get, patch, post, put,
};
pub use fold::fold;
pub use host::{Change, Comparison, Document, Event, Host, Search, join, join_all, join3};
pub use p2p_values::{NotATime, NotAUuid, Timestamp, Uuid, from_slice};
pub use packed::{
    Cell, Cells, FromCell, FromRow, Headers, Malformed, Param, Params, Row, RowError, Rows, RowsBuilder,
};
pub use page::{Cursor, CursorParts, Page, PageRequest};
pub use people::{People, Person, PersonOrganization};
pub use problem::{Code, FieldProblem, Kind, Problem, Rule};
pub use query::{Query, escape_like};
pub use request::{Method, Request, RequestTarget, Upload, members};
pub use response::Response;
#[cfg(feature = "events")]
pub use retell::{RETELL_REQUESTED, RetellPage, Retold};
pub use slug::slug;
pub use version::Version;
pub use views::Views;

/// Makes a component of a feature: `export!(feature, [sql, log, clock, random]);`. The list names the capabilities it
/// uses; each becomes an import, and an operator grants exactly these. Expands to nothing anywhere else.
#[cfg(not(all(feature = "component", target_arch = "wasm32")))]
#[macro_export]
macro_rules! export {
    ($feature:path, [$($capability:ident),* $(,)?]) => {};
}
