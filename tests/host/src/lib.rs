//! Tests of the whole host with real components. The crate holds nothing else; see `tests/`.
