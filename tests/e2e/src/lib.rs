//! Nothing of its own: the scenarios are JavaScript beside this crate, and `tests/` lets cargo play them.
