//! Stores behind ports. `ports` says what a store can do, `packed` how cells travel, each driver folder fulfils
//! the ports. Only drivers know sqlx; nothing here knows wasmtime, axum or a feature.

#[cfg(feature = "conformance")]
pub mod conformance;
mod documents;
pub mod embedded;
mod events;
mod files;
mod memory;
pub mod mongo;
pub mod packed;
pub mod ports;
mod postgres;
mod production;
mod statements;

pub use embedded::{EmbeddedConfig, EmbeddedStores, Synchronous};
pub use ports::blobs::{BlobError, BlobInfo, BlobStore, ByteStream, StageLimits, Staged};
pub use ports::cache::{Cache, CacheError};
pub use ports::documents::{
    Change, Comparison, Document, DocumentError, DocumentStore, Filter, Operator, Order, Search,
};
pub use ports::events::{Event, Outbox, OutboxError, OutboxEvent};
pub use ports::migrations::{Collection, Migration, Migrations};
pub use ports::sql::{Dialect, Rows, SqlError, SqlStore, Statement};
pub use ports::stores::{FeatureStores, Leadership, OpenError, StoreCall, StoreLimits, Stores};
pub use postgres::{Address as DatabaseAddress, BadAddress as BadDatabaseAddress};
pub use production::{Documents, ProductionConfig, ProductionStores};
