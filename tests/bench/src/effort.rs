//! How long and how often is measured, and over how much.

use std::time::Duration;

use crate::stand::StoreSet;

/// See the module.
#[derive(Debug, Clone)]
pub struct Effort {
    /// Over which stores.
    pub stores: StoreSet,
    /// Topics of the data set.
    pub topics: u32,
    /// Topics of the small and of the large data set whose lists are compared.
    pub scale: (u32, u32),
    /// Times that each side is measured, by turns.
    pub rounds: u32,
    /// Length of one round under load.
    pub load: Duration,
    /// Load before the first round, not counted.
    pub warm_up: Duration,
    /// Connections of a round.
    pub connections: u32,
    /// Calls of one round within the process.
    pub calls: u32,
    /// Rounds of calls within the process.
    pub call_rounds: u32,
}

impl Effort {
    pub fn new(stores: StoreSet, quick: bool, connections: u32) -> Self {
        // The server that stands in for MongoDB in tests takes its time for each document.
        let topics = match (stores, quick) {
            (StoreSet::Embedded, true) => 1_000,
            (StoreSet::Embedded, false) => 10_000,
            (StoreSet::Production, true) => 200,
            (StoreSet::Production, false) => 2_000,
        };
        if quick {
            let (load, warm_up) = (Duration::from_secs(3), Duration::from_secs(1));
            let scale = (30, 3_000);
            return Self {
                stores,
                topics,
                scale,
                rounds: 2,
                load,
                warm_up,
                connections,
                calls: 500,
                call_rounds: 4,
            };
        }
        let (load, warm_up) = (Duration::from_secs(10), Duration::from_secs(3));
        let scale = (300, 30_000);
        Self { stores, topics, scale, rounds: 5, load, warm_up, connections, calls: 2_000, call_rounds: 15 }
    }
}
