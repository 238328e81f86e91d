//! Documents in MongoDB: a database per tenant, a collection per collection of a feature. Each write is one operation on
//! one document, so that a server that stands alone will do; its events and the record of a handled event lie in the
//! document itself (`_p2p`) until they are relayed. Tables, files and cache are others' work.

mod bodies;
mod both;
mod documents;
mod errors;
mod filters;
mod finding;
mod guarded;
mod handled;
mod indexes;
mod marked;
mod marks;
mod outbox;
mod pushing;
mod raw;
mod server;
mod shelf;
mod writing;

pub use both::BothOutboxes;
pub use documents::MongoDocuments;
pub use guarded::GuardedSql;
pub use handled::Companion;
pub use outbox::MongoOutbox;
pub use server::MongoServer;
pub use shelf::Shelf;
