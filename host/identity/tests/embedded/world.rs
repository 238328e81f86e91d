//! The embedded core over a room of its own, with a clock that moves only when told.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use p2p_context::{FeatureName, FixedClock, Scope, Timestamp};
use p2p_identity::{EmbeddedIdentity, IdentityConfig, PLATFORM, PasswordCost, Secrets, platform_migrations};
use p2p_storage::packed::Params;
use p2p_storage::{SqlStore, Statement, StoreCall, StoreLimits};

pub use crate::suite::browser::Browser;
use crate::suite::room::Room;
pub use crate::suite::room::{NEW_PASSWORD, OTHER, PASSWORD, USER, acme, call, claims, member, tokens};

pub const SECRET: &str = "the secret of these tests";
pub const QUICK: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };

pub struct World {
    pub identity: Arc<EmbeddedIdentity>,
    pub clock: Arc<FixedClock>,
    room: Room,
}

impl Deref for World {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.room
    }
}

impl World {
    pub fn new() -> Ready<Self> {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut IdentityConfig)) -> Ready<Self> {
        let clock = Arc::new(FixedClock::at(Timestamp(1_795_422_602_276_123)));
        let mut config =
            IdentityConfig { password_cost: QUICK, ..IdentityConfig::for_api("http://localhost:8000") };
        change(&mut config);
        let (room, identity) = Room::new(clock.clone(), config, |stores, config| {
            Arc::new(EmbeddedIdentity::new(stores, secrets(), clock.clone(), config).unwrap())
        });
        ready(Self { identity, clock, room })
    }

    /// Another process over the same stores.
    pub fn replica(&self) -> EmbeddedIdentity {
        self.replica_with(secrets())
    }

    pub fn replica_with(&self, secrets: Secrets) -> EmbeddedIdentity {
        EmbeddedIdentity::new(self.stores.clone(), secrets, self.clock.clone(), self.config.clone()).unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// How many passwords were worked on.
    pub fn work(&self) -> Ready<u64> {
        ready(self.identity.password_work())
    }

    /// How many rows a table of `acme` has.
    pub async fn count(&self, table: &str) -> u32 {
        let call = StoreCall::until(acme().deadline);
        self.sql().await.query(call, &format!("SELECT 1 FROM {table}"), &[]).await.unwrap().count
    }

    /// Changes a table of `acme` behind everybody's back.
    pub async fn write(&self, text: &str, params: Params) {
        let statement = Statement { text: text.to_owned(), params: params.finish(), expect: None };
        let call = StoreCall::until(acme().deadline);
        self.sql().await.commit(call, &[statement], &[]).await.unwrap();
    }

    async fn sql(&self) -> Arc<dyn SqlStore> {
        let scope = Scope { tenant: acme().tenant, feature: FeatureName::new(PLATFORM).unwrap() };
        let opened = self.stores.open(&scope, &platform_migrations(), StoreLimits::default()).await;
        opened.unwrap().sql
    }
}

pub fn secrets() -> Secrets {
    Secrets::new(SECRET, []).unwrap()
}
