//! Which tenant a request belongs to, which features it has at which digest, with which grants, settings and
//! limits, and what they used. Knows nothing of wasmtime or HTTP.

pub mod file;
pub mod installation;
pub mod ledger;
pub mod limits;
pub mod manifest;
pub mod resolve;
pub mod settings;

pub use file::{Tenant, TenantsError};
pub use installation::{Digest, Grant, Installation, default_grants};
pub use ledger::{CallKind, CallRecord, Ledger, Outcome};
pub use limits::FeatureLimits;
pub use manifest::{Access, Manifest, ManifestError, Method, Route, Schedule, UploadRules};
pub use resolve::Hosts;
pub use settings::SettingsError;
