//! The twin: the same feature crates linked into a native program, behind the same HTTP room, over the same stores.
//! What it leaves out is what components cost: no WebAssembly, no admission, no limits, no ledger.

mod call;
mod credentials;
mod features;
mod files;
mod opened;
mod people;
mod relay;
mod serve;
mod small;
mod stores;
mod twin;

pub use features::{Foundations, NativeFeatures};
pub use serve::serve;
pub use stores::rows as sdk_rows;
pub use twin::{Care, Twin};
