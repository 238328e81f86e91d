//! Runs features: loads a component, links what its tenant granted, keeps instances warm, calls one under a
//! deadline, a memory limit and a permit, and writes down what it used. The only crate that knows wasmtime; never
//! listens, never parses HTTP, never reads configuration.

mod admission;
mod artefacts;
mod bindings;
mod call;
mod capabilities;
pub mod content;
mod contract;
mod convert;
mod directory;
mod engine;
mod feature;
mod features;
mod guest;
mod inspect;
mod install;
mod letter;
mod meter;
mod pictures;
mod pools;
pub mod renderings;
mod response;
mod routes;
mod running;
mod runtime;
mod state;
mod turns;

pub use call::{
    DispatchError, DispatchErrorKind, EventAnswer, FeatureEvent, FeatureJob, FeatureRequest, FeatureResponse,
    Installed, Upload,
};
pub use contract::{ContractError, VERSION};
pub use directory::{Directory, Person};
pub use engine::{EngineConfig, TICK};
pub use features::Features;
pub use inspect::{InspectError, Inspected, inspect};
pub use install::InstallError;
pub use letter::{Letter, MAIL_TOPIC, Unreadable};
pub use routes::{RouteConflict, RouteMatch, RouteTable, RouteTarget};
pub use runtime::{Runtime, Services};
