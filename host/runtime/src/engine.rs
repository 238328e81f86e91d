//! One wasmtime engine per process: how guests are compiled, how much room they share, and the tick that lets every
//! running guest yield.

use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

/// A running guest yields at least this often, so this is how late a deadline can fire.
pub const TICK: Duration = Duration::from_millis(10);

/// Bounds of all guests of this process together.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Instances alive at the same time, idle ones included.
    pub instances: u32,
    /// Largest linear memory any tenant may allow, MiB.
    pub memory_mb: u32,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { instances: 1_000, memory_mb: 256 }
    }
}

/// Makes the engine and starts its tick, which stops when the engine is dropped.
pub fn start(config: &EngineConfig) -> wasmtime::Result<Engine> {
    let engine = Engine::new(&wasmtime_config(config))?;
    let ticked = engine.weak();
    std::thread::Builder::new().name("epoch".into()).spawn(move || tick(&ticked))?;
    Ok(engine)
}

fn wasmtime_config(config: &EngineConfig) -> Config {
    let mut wasmtime = Config::new();
    wasmtime
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .cranelift_opt_level(OptLevel::Speed)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    wasmtime
}

fn pool(config: &EngineConfig) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    // A component of one core module needs up to three core instances: itself and the shims wit-component adds.
    pool.total_component_instances(config.instances)
        .total_core_instances(config.instances.saturating_mul(3))
        .total_memories(config.instances)
        .total_tables(config.instances.saturating_mul(2))
        .total_stacks(config.instances)
        .max_memory_size((config.memory_mb as usize) << 20)
        .max_unused_warm_slots(128)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(16 << 10);
    pool
}

#[expect(
    clippy::disallowed_methods,
    reason = "a thread of its own: a busy executor must not hold the tick back"
)]
fn tick(engine: &wasmtime::EngineWeak) {
    while let Some(engine) = engine.upgrade() {
        engine.increment_epoch();
        drop(engine);
        std::thread::sleep(TICK);
    }
}
