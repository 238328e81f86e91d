//! The statements a store has seen, so that each text is looked at once. What a statement is, each driver says itself.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::ports::sql::SqlError;

/// A statement as a driver needs it.
pub trait Parsed: Sized {
    /// Reads a text; refuses what a guest may not say.
    fn parse(text: &str) -> Result<Self, SqlError>;

    /// Whether it is worth remembering.
    fn lasts(&self) -> bool;
}

/// See the module. Remembers so many texts at most.
#[derive(Debug)]
pub struct Statements<S, const REMEMBERED: usize>(RwLock<HashMap<Box<str>, Arc<S>>>);

impl<S, const REMEMBERED: usize> Default for Statements<S, REMEMBERED> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<S: Parsed, const REMEMBERED: usize> Statements<S, REMEMBERED> {
    /// The statement of this text.
    pub fn get(&self, text: &str) -> Result<Arc<S>, SqlError> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(Arc::clone(known));
        }
        let parsed = Arc::new(S::parse(text)?);
        if !parsed.lasts() {
            return Ok(parsed);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(text.into(), Arc::clone(&parsed));
        Ok(parsed)
    }
}
