//! What a search may ask, checked before any store is asked it.

use serde_json::Value;

use super::path::Path;
use crate::ports::documents::{Comparison, DocumentError, Filter, Search};

/// Conditions of one search.
const MOST_FILTERS: usize = 20;

/// Sort keys of one search.
const MOST_ORDERS: usize = 4;

/// Values of one `any-of`.
const MOST_VALUES: usize = 500;

/// Documents of one page.
const MOST_FOUND: u32 = 500;

/// Refuses a search that breaks the port's rules.
pub fn check(search: &Search) -> Result<(), DocumentError> {
    if search.filters.len() > MOST_FILTERS || search.order.len() > MOST_ORDERS {
        return Err(rejected("too many filters or sort keys"));
    }
    if !(1..=MOST_FOUND).contains(&search.limit) {
        return Err(rejected("the limit is 1 to 500"));
    }
    search.filters.iter().try_for_each(check_filter)?;
    search.order.iter().try_for_each(|order| Path::parse(&order.path).map(drop))?;
    let Some((values, id)) = &search.after else { return Ok(()) };
    if values.len() != search.order.len() {
        return Err(rejected("`after` takes one value per sort key"));
    }
    if id.contains('\0') {
        return Err(rejected("an id holds no NUL"));
    }
    values.iter().try_for_each(check_plain)
}

fn check_filter(filter: &Filter) -> Result<(), DocumentError> {
    Path::parse(&filter.path)?;
    let value = &filter.value;
    match filter.comparison {
        Comparison::Equal | Comparison::NotEqual | Comparison::Contains => check_plain(value),
        Comparison::AnyOf => match value.as_array() {
            None => Err(rejected("any-of takes an array")),
            Some(values) if values.len() > MOST_VALUES => Err(rejected("too many values")),
            Some(values) => values.iter().try_for_each(check_plain),
        },
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
            if !value.is_number() && !value.is_string() {
                return Err(rejected("only numbers and strings have an order"));
            }
            check_plain(value)
        }
    }
}

fn check_plain(value: &Value) -> Result<(), DocumentError> {
    match value {
        Value::Array(_) | Value::Object(_) => Err(rejected("a comparison takes a plain value")),
        Value::String(text) if text.contains('\0') => Err(rejected("a string holds no NUL")),
        _ => Ok(()),
    }
}

fn rejected(why: &str) -> DocumentError {
    DocumentError::Rejected(why.to_owned())
}
