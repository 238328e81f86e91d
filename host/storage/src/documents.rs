//! What every driver does alike with documents, so that a feature finds the same rules wherever it runs: bounds of names
//! and bodies, the steps of an update, what a search may ask. Knows no store.

pub mod change;
pub mod compare;
pub mod path;
pub mod rules;
pub mod search;
