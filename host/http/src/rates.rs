//! How often somebody may ask: four kinds of requests, each with a limit per caller and tenant. Counts in this process
//! only; servers side by side each allow as much. Never decides who the caller is.

mod allowance;
mod caller;
mod lane;
mod limit;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use http::request::Parts;
use p2p_context::TenantId;
use p2p_tenants::manifest::RateClass;
use p2p_tenants::{Method, Route};
use uuid::Uuid;

pub use allowance::Allowance;
use caller::Caller;
use limit::Limit;

use crate::options::RateLimits;
use crate::problem::Problem;
use crate::services::Services;
use crate::visit::Visit;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
/// Turns between two tidyings of a limit that is not crowded.
const TURNS: u32 = 60;

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Guesses at passwords, and what fills mailboxes: counted by address, whoever is signed in.
    Auth,
    /// Changes nothing.
    Read,
    /// Changes something.
    Write,
    /// Brings files.
    Upload,
}

/// Marks a request from within this process, which nobody counts.
#[derive(Debug, Clone, Copy)]
pub struct Uncounted;

/// The limits and what was used of them.
pub struct Rates {
    auth: Option<Limit>,
    read: Option<Limit>,
    write: Option<Limit>,
    upload: Option<Limit>,
    turn: AtomicU32,
}

/// Counts a request of whoever is signed in, or else of its address; none when there is no limit.
pub fn count(
    services: &Services,
    parts: &Parts,
    class: Class,
    tenant: &TenantId,
    user: Option<Uuid>,
) -> Option<Allowance> {
    if parts.extensions.get::<Uncounted>().is_some() {
        return None;
    }
    let address = parts.extensions.get::<Visit>().map(|visit| Caller::at(visit.client));
    let user = user.filter(|_| class != Class::Auth).map(Caller::User);
    services.rates.count(class, tenant, user.or(address)?)
}

/// Refuses a request that was too much.
pub fn check(allowance: Option<Allowance>) -> Result<(), Problem> {
    allowance.map_or(Ok(()), |allowance| allowance.check())
}

impl Class {
    /// What a request to this route is counted as.
    pub fn of(route: &Route) -> Self {
        match route {
            Route { rate: Some(RateClass::Auth), .. } => Self::Auth,
            Route { rate: Some(RateClass::Read), .. } => Self::Read,
            Route { uploads: Some(_), .. } => Self::Upload,
            Route { method: Method::Get, .. } => Self::Read,
            _ => Self::Write,
        }
    }
}

impl Rates {
    /// Nothing used yet.
    pub fn new(limits: &RateLimits) -> Self {
        Self {
            auth: Limit::new(limits.auth_per_minute, MINUTE),
            read: Limit::new(limits.read_per_minute, MINUTE),
            write: Limit::new(limits.write_per_minute, MINUTE),
            upload: Limit::new(limits.upload_per_hour, HOUR),
            turn: AtomicU32::new(0),
        }
    }

    /// Counts one; none when there is no limit.
    fn count(&self, class: Class, tenant: &TenantId, caller: Caller) -> Option<Allowance> {
        let limit = match class {
            Class::Auth => &self.auth,
            Class::Read => &self.read,
            Class::Write => &self.write,
            Class::Upload => &self.upload,
        };
        limit.as_ref().map(|limit| limit.count(tenant, caller))
    }

    /// To be called every second: forgets callers who have not asked for long enough.
    pub fn tidy(&self) {
        let is_due = self.turn.fetch_add(1, Relaxed).is_multiple_of(TURNS);
        let limits = [&self.auth, &self.read, &self.write, &self.upload];
        for limit in limits.into_iter().flatten().filter(|limit| is_due || limit.is_crowded()) {
            limit.tidy();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use serde_json::{Value, json};

    use super::*;

    fn class(route: Value) -> Class {
        Class::of(&serde_json::from_value(route).unwrap())
    }

    #[test]
    fn a_route_says_what_it_is_counted_as() {
        let route = |method: &str| json!({"method": method, "path": "/a", "access": "public"});
        assert_eq!(class(route("GET")), Class::Read);
        assert_eq!([class(route("POST")), class(route("DELETE"))], [Class::Write; 2]);
        let mut files = route("POST");
        files["uploads"] = json!({"maxFiles": 1, "maxBytes": 1, "mediaTypes": ["text/plain"]});
        assert_eq!(class(files.clone()), Class::Upload);
        files["rate"] = json!("auth");
        assert_eq!(class(files), Class::Auth);
    }

    #[test]
    fn classes_tenants_and_callers_are_counted_apart_and_zero_is_no_limit() {
        let limits = RateLimits { write_per_minute: 1, read_per_minute: 0, ..RateLimits::default() };
        let rates = Rates::new(&limits);
        let (acme, globex) = (TenantId::new("acme").unwrap(), TenantId::new("globex").unwrap());
        let here = Caller::at("203.0.113.9".parse::<IpAddr>().unwrap());
        let spent =
            |class, tenant, caller| rates.count(class, tenant, caller).map(|left| left.wait.is_some());
        assert_eq!(spent(Class::Write, &acme, here), Some(false));
        assert_eq!(spent(Class::Write, &acme, here), Some(true));
        assert_eq!(spent(Class::Write, &globex, here), Some(false));
        assert_eq!(spent(Class::Write, &acme, Caller::User(p2p_context::new_uuid())), Some(false));
        assert_eq!(spent(Class::Auth, &acme, here), Some(false));
        assert_eq!(spent(Class::Read, &acme, here), None);
        rates.tidy();
        assert_eq!(spent(Class::Write, &acme, here), Some(true), "what was used is not forgotten early");
    }
}
