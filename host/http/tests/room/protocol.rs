//! The session protocol of the SuperTokens SDKs as this room speaks it: addresses, the answers to every state of a
//! session, refreshing, signing out, the public documents, and what strangers try.

mod addresses;
mod calls;
mod documents;
mod refresh;
mod signout;
mod strangers;

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{FixedClock, Timestamp};
use p2p_http::HttpOptions;
use p2p_identity::{AntiCsrf, SessionConfig};

use crate::house::{House, Plan};
use crate::stand_in::StandIn;

const REFRESH: &str = "/auth/session/refresh";
const SIGN_OUT: &str = "/auth/signout";
/// A route of the protocol that needs a session.
const NEEDS: &str = "/auth/user/email/verify";
/// One of a feature.
const ORDINARY: &str = "/api/v1/say/signed-in/hello";

/// A room before the stand-in, on a clock that can be moved.
struct Stage {
    house: House,
    feature: Arc<StandIn>,
    clock: Arc<FixedClock>,
}

impl Stage {
    fn new() -> Self {
        Self::with(HttpOptions::default(), |_| ())
    }

    fn guarded_by(rule: AntiCsrf) -> Self {
        Self::with(HttpOptions::default(), |sessions| sessions.anti_csrf = rule)
    }

    fn with(options: HttpOptions, change: impl FnOnce(&mut SessionConfig)) -> Self {
        let feature = StandIn::new();
        let clock = Arc::new(FixedClock::at(Timestamp(1_795_422_602_276_123)));
        let mut sessions = SessionConfig::for_api("http://acme.example");
        change(&mut sessions);
        let plan = Plan {
            options,
            features: Some(Arc::clone(&feature) as _),
            clock: Arc::clone(&clock) as _,
            sessions,
        };
        Self { house: House::of(plan), feature, clock }
    }

    fn advance(&self, hours: u64) {
        self.clock.advance(Duration::from_hours(hours));
    }
}
