//! What every room knows of one request: ids, tenant, actor, deadline, time. Depends on no other crate of ours.

mod actor;
mod clock;
mod deadline;
mod ids;
mod origin;
mod request;

pub use actor::{Actor, Role};
pub use clock::{Clock, FixedClock, SystemClock, Timestamp};
pub use deadline::Deadline;
pub use ids::{FeatureName, InvalidName, RequestId, Scope, TenantId, new_uuid};
pub use origin::Origin;
pub use request::{Language, RequestContext};
