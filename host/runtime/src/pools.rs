//! All pools of idle instances in this process. They share so many places for instances; when none is left, idle ones
//! of other features make room for a call that waits.

use std::sync::{Arc, Mutex, Weak};

use crate::guest::GuestPool;

/// See the module.
#[derive(Default)]
pub struct Pools {
    pools: Mutex<Vec<Weak<GuestPool>>>,
}

impl Pools {
    /// Counts this pool in, until it is dropped.
    pub fn add(&self, pool: &Arc<GuestPool>) {
        let mut pools = self.pools.lock().unwrap_or_else(|e| e.into_inner());
        pools.retain(|pool| pool.strong_count() > 0);
        pools.push(Arc::downgrade(pool));
    }

    /// Lets half of all idle instances go.
    pub fn shrink(&self) {
        let pools: Vec<_> = {
            let pools = self.pools.lock().unwrap_or_else(|e| e.into_inner());
            pools.iter().filter_map(Weak::upgrade).collect()
        };
        for pool in pools {
            pool.shrink();
        }
    }
}
