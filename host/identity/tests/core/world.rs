//! A stand-in core, a room, a clock that can be put forward, and an identity over all of them.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use p2p_context::{Clock, SystemClock, Timestamp};
use p2p_identity::{CoreConfig, CoreIdentity, IdentityConfig};

use crate::peer::Peer;
pub use crate::suite::browser::Browser;
use crate::suite::room::Room;
pub use crate::suite::room::{OTHER, PASSWORD, USER, acme, call, claims, member, tokens, within};

pub struct World {
    pub peer: Peer,
    pub identity: Arc<CoreIdentity>,
    clock: Arc<AheadClock>,
    room: Room,
}

/// The machine's clock, put forward: the stand-in lives by the machine's, and tokens of both must agree.
#[derive(Default)]
pub struct AheadClock(AtomicI64);

impl Clock for AheadClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(Duration::from_micros(self.0.load(Ordering::SeqCst).try_into().unwrap()))
    }
}

impl Deref for World {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.room
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut IdentityConfig)) -> Self {
        Self::started(&[], change).await
    }

    /// With a stand-in that is started with these arguments.
    pub async fn started(arguments: &[&str], change: impl FnOnce(&mut IdentityConfig)) -> Self {
        let peer = Peer::start(arguments).await;
        let clock = Arc::new(AheadClock::default());
        let mut config = IdentityConfig::for_api("http://localhost:8000");
        change(&mut config);
        let (room, identity) = Room::new(clock.clone(), config, |stores, config| {
            Arc::new(CoreIdentity::new(stores, clock.clone(), config, &core(&peer.address)).unwrap())
        });
        Self { peer, identity, clock, room }
    }

    /// Another process over the same stores and the same core.
    pub fn replica(&self) -> CoreIdentity {
        self.over(&core(&self.peer.address))
    }

    /// The same over another core.
    pub fn over(&self, core: &CoreConfig) -> CoreIdentity {
        CoreIdentity::new(self.stores.clone(), self.clock.clone(), self.config.clone(), core).unwrap()
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// How often the core was asked.
    pub async fn work(&self) -> u64 {
        self.peer.all_calls().await.values().copied().map(u64::from).sum()
    }
}

pub fn core(connection: &str) -> CoreConfig {
    CoreConfig { connection: connection.parse().unwrap(), api_key: None }
}
