//! Which tenant a request belongs to, which features it has at which digest, with which grants, settings and
//! limits, and what they used. Knows nothing of wasmtime or HTTP.

pub mod installation;
pub mod ledger;
pub mod limits;
pub mod manifest;

pub use installation::{Digest, Grant, Installation};
pub use ledger::{CallKind, CallRecord, Ledger, Outcome};
pub use limits::FeatureLimits;
pub use manifest::{Access, Manifest, ManifestError, Method, Route, UploadRules};
