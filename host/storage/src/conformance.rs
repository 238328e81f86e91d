//! What every driver must do, whatever stands behind it. Each suite opens stores of its own scopes through the port,
//! uses them as a room would, and stops with the name of the rule that does not hold.

pub mod blobs;
pub mod cache;
pub mod database;
pub mod documents;
mod documents_found;
pub mod outbox;
pub mod plan;
pub mod sql;
mod sql_refused;
mod tables;
pub mod timing;

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, Scope, TenantId};

use crate::ports::events::Event;
use crate::ports::stores::{FeatureStores, StoreCall, StoreLimits, Stores};

/// How a suite ended.
pub type Verdict = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Stores to be tried.
pub type Candidate = Arc<dyn Stores>;

/// Runs rules one after the other; says which one failed.
macro_rules! rules {
    ($candidate:expr, [$($rule:ident),+ $(,)?]) => {{
        $(
            $rule($candidate).await.map_err(|error| format!("{}: {error}", stringify!($rule)))?;
        )+
        Ok(())
    }};
}
use rules;

/// A scope named after the rule that uses it, so that rules do not meet.
fn scope(feature: &str) -> Result<Scope, p2p_context::InvalidName> {
    Ok(Scope { tenant: TenantId::new("conformance")?, feature: FeatureName::new(feature)? })
}

/// Time enough for anything that is not about time.
fn soon() -> StoreCall {
    StoreCall::until(Deadline::after(Duration::from_secs(20)))
}

async fn open(
    candidate: &Candidate,
    feature: &str,
) -> Result<FeatureStores, Box<dyn std::error::Error + Send + Sync>> {
    Ok(candidate.open(&scope(feature)?, &tables::migrations(), StoreLimits::default()).await?)
}

fn event(key: &str) -> Event {
    Event { topic: "library.book.written".to_owned(), key: key.to_owned(), payload: b"{\"n\":1}".to_vec() }
}
