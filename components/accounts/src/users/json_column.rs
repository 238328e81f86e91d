//! A column that holds JSON: native in one store, text in the other.

use p2p_sdk::{Cell, FromCell, Param, Params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value kept as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<'a, T: DeserializeOwned> FromCell<'a> for Json<T> {
    fn from_cell(cell: Cell<'a>) -> Option<Self> {
        match cell {
            Cell::Json(text) | Cell::Text(text) => serde_json::from_str(text).ok().map(Self),
            _ => None,
        }
    }
}

impl<T: Serialize> Param for Json<T> {
    fn put(&self, out: &mut Params) {
        out.push(&serde_json::to_value(&self.0).unwrap_or_default());
    }
}
