//! Notes that an organization keeps: the feature that `docs/write-a-feature.md` builds, to begin your own from.

mod notes;

pub use notes::feature;

p2p_sdk::export!(feature, [sql, text, config, log, clock, random]);
