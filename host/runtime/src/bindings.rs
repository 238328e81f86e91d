//! Generated bindings of `wit/`, and nothing else. What an interface means stands in the WIT; who fulfils it, in
//! `capabilities`.

wasmtime::component::bindgen!({
    path: ["../../wit/platform", "../../wit/feature"],
    world: "p2p:feature/feature",
    imports: { default: trappable },
    exports: { default: async },
});

/// The optional export that hears events.
pub mod with_events {
    wasmtime::component::bindgen!({
        path: ["../../wit/platform", "../../wit/feature"],
        world: "p2p:feature/with-events",
        exports: { default: async },
        with: { "p2p:feature/types": super::p2p::feature::types },
    });
}

/// The optional export that is run by the clock.
pub mod with_schedule {
    wasmtime::component::bindgen!({
        path: ["../../wit/platform", "../../wit/feature"],
        world: "p2p:feature/with-schedule",
        exports: { default: async },
        with: { "p2p:feature/types": super::p2p::feature::types },
    });
}
