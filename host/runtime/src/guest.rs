//! One live instance of a component, and the pool that keeps a few of them warm. An instance serves one call at a
//! time and is thrown away after a fault or after enough calls; nothing it keeps may outlive that.

use std::sync::{Arc, Mutex};

use wasmtime::component::{Instance, InstancePre, TypedFunc};
use wasmtime::{Engine, PoolConcurrencyLimitError, Store, UpdateDeadline};

use crate::bindings::p2p::feature::types::{Context, Delivery, Request, Response};
use crate::bindings::with_events::exports::p2p::feature::events::Error as EventError;
use crate::bindings::with_schedule::exports::p2p::feature::schedule::Error as JobError;
use crate::contract;
use crate::pools::Pools;
use crate::state::{FeatureServices, GuestState};

/// `p2p:feature/handler.handle`.
pub type Handle = TypedFunc<(Request,), (Response,)>;
/// `p2p:feature/events.on-event`.
pub type OnEvent = TypedFunc<(Context, Delivery), (Result<(), EventError>,)>;

/// `p2p:feature/schedule.run`.
pub type RunJob = TypedFunc<(Context, String, i64), (Result<(), JobError>,)>;

/// A live instance.
pub struct Guest {
    /// Its memory, tables and host state.
    pub store: Store<GuestState>,
    /// Answers requests.
    pub handle: Handle,
    /// Hears events, if it does.
    pub on_event: Option<OnEvent>,
    /// Does jobs, if it has any.
    pub run_job: Option<RunJob>,
    calls: u32,
    /// Tasks and waitables that the engine keeps for an instance at rest.
    at_rest: usize,
}

/// Makes instances and keeps idle ones.
pub struct GuestPool {
    engine: Engine,
    template: InstancePre<GuestState>,
    services: Arc<FeatureServices>,
    pools: Arc<Pools>,
    idle: Mutex<Vec<Guest>>,
}

impl GuestPool {
    /// A pool without instances yet, beside the others of this process.
    pub fn new(
        engine: Engine,
        template: InstancePre<GuestState>,
        services: Arc<FeatureServices>,
        pools: &Arc<Pools>,
    ) -> Arc<Self> {
        let idle = Mutex::new(Vec::new());
        let pool = Arc::new(Self { engine, template, services, pools: Arc::clone(pools), idle });
        pools.add(&pool);
        pool
    }

    /// The most recently used idle instance, or a new one. Fails with `PoolConcurrencyLimitError` when every place
    /// of the process is taken by a call.
    pub async fn take(&self) -> wasmtime::Result<Guest> {
        let idle = self.idle.lock().unwrap_or_else(|e| e.into_inner()).pop();
        if let Some(guest) = idle {
            return Ok(guest);
        }
        // In boxes: the future of a call that finds an idle instance must not carry the room for starting one.
        match Box::pin(self.make()).await {
            Err(error) if error.is::<PoolConcurrencyLimitError>() => {
                self.pools.shrink();
                Box::pin(self.make()).await
            }
            made => made,
        }
    }

    /// Takes an instance back that ended its call well; drops it when it has served enough, or when it answered while
    /// a task of its own still runs: that task would go on inside the next call, with the next caller's rights.
    pub fn give_back(&self, mut guest: Guest) {
        guest.calls += 1;
        if guest.store.concurrent_state_table_size() > guest.at_rest {
            tracing::warn!(scope = %self.services.scope, "a feature answered before its own tasks were over");
            return;
        }
        if guest.calls < self.services.limits.calls_per_instance {
            self.idle.lock().unwrap_or_else(|e| e.into_inner()).push(guest);
        }
    }

    /// Drops half of the idle instances, the single one too; called now and then, so that a burst is not paid for for
    /// good, and when all instances of the process are taken.
    pub fn shrink(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(|e| e.into_inner());
        let surplus = idle.len().div_ceil(2);
        let dropped: Vec<_> = idle.drain(..surplus).collect();
        // Tearing an instance down takes a while; nobody waits for the lock meanwhile.
        drop(idle);
        drop(dropped);
    }

    async fn make(&self) -> wasmtime::Result<Guest> {
        let limits = &self.services.limits;
        let mut store = Store::new(&self.engine, GuestState::new(Arc::clone(&self.services)));
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel((limits.transfer_kb as usize) << 10);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| match store.data().deadline() {
            Some(deadline) if std::time::Instant::now() >= deadline => {
                Err(wasmtime::format_err!("past its deadline"))
            }
            _ => Ok(UpdateDeadline::YieldCustom(1, store.data_mut().end_slice())),
        });
        let instance = self.template.instantiate_async(&mut store).await?;
        let handle = export(&mut store, &instance, "p2p:feature/handler", "handle")?
            .ok_or_else(|| wasmtime::format_err!("no export p2p:feature/handler"))?;
        let handle = instance.get_typed_func(&mut store, handle)?;
        let on_event = match export(&mut store, &instance, "p2p:feature/events", "on-event")? {
            Some(index) => Some(instance.get_typed_func(&mut store, index)?),
            None => None,
        };
        let run_job = match export(&mut store, &instance, "p2p:feature/schedule", "run")? {
            Some(index) => Some(instance.get_typed_func(&mut store, index)?),
            None => None,
        };
        let at_rest = store.concurrent_state_table_size();
        Ok(Guest { store, handle, on_event, run_job, calls: 0, at_rest })
    }
}

/// Finds a function of an exported interface, whatever compatible version it carries.
fn export(
    store: &mut Store<GuestState>,
    instance: &Instance,
    interface: &str,
    function: &str,
) -> wasmtime::Result<Option<wasmtime::component::ComponentExportIndex>> {
    let name = format!("{interface}@{}", contract::VERSION);
    let Some(found) = instance.get_export_index(&mut *store, None, &name) else { return Ok(None) };
    Ok(instance.get_export_index(&mut *store, Some(&found), function))
}
