//! How long and how often is measured.

use std::time::Duration;

/// See the module.
#[derive(Debug, Clone)]
pub struct Effort {
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
    pub fn new(quick: bool, connections: u32) -> Self {
        if quick {
            let (load, warm_up) = (Duration::from_secs(3), Duration::from_secs(1));
            return Self { rounds: 2, load, warm_up, connections, calls: 500, call_rounds: 4 };
        }
        let (load, warm_up) = (Duration::from_secs(10), Duration::from_secs(3));
        Self { rounds: 5, load, warm_up, connections, calls: 2_000, call_rounds: 15 }
    }
}
