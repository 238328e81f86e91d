//! The meaning of filters and of a page's end, on parsed documents: for stores whose own comparisons mean something
//! slightly else.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::path::{Path, Step};
use crate::ports::documents::{Comparison, DocumentError, Filter, Search};

const NOTHING: &Value = &Value::Null;

/// Whether the document is one that the search asks for and stands behind the page before.
pub fn is_found(body: &Value, id: &str, search: &Search) -> Result<bool, DocumentError> {
    for filter in &search.filters {
        if !matches(value_at(body, &Path::parse(&filter.path)?), filter) {
            return Ok(false);
        }
    }
    is_behind(body, id, search)
}

/// The value at a path; null where there is none.
fn value_at<'a>(body: &'a Value, path: &Path<'_>) -> &'a Value {
    let step = |at: &'a Value, step: &Step<'_>| match step {
        Step::Member(name) => at.as_object()?.get(*name),
        Step::Element(index) => at.as_array()?.get(*index),
    };
    path.steps().iter().try_fold(body, step).unwrap_or(NOTHING)
}

fn matches(found: &Value, filter: &Filter) -> bool {
    let wanted = &filter.value;
    match filter.comparison {
        Comparison::Equal => is_equal(found, wanted),
        Comparison::NotEqual => !is_equal(found, wanted),
        Comparison::Less => order(found, wanted).is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order(found, wanted).is_some_and(Ordering::is_le),
        Comparison::Greater => order(found, wanted).is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order(found, wanted).is_some_and(Ordering::is_ge),
        Comparison::AnyOf => wanted.as_array().is_some_and(|any| any.iter().any(|one| is_equal(found, one))),
        Comparison::Contains => {
            found.as_array().is_some_and(|all| all.iter().any(|one| is_equal(one, wanted)))
        }
    }
}

fn is_equal(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(found), Value::Bool(wanted)) => found == wanted,
        _ => order(found, wanted).is_some_and(Ordering::is_eq),
    }
}

/// Only numbers and strings have one, each among themselves.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(order_of_numbers(one, other)),
        (Value::String(one), Value::String(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
        _ => None,
    }
}

fn is_behind(body: &Value, id: &str, search: &Search) -> Result<bool, DocumentError> {
    let Some((values, last)) = &search.after else { return Ok(true) };
    let mut descending = false;
    for (key, value) in search.order.iter().zip(values) {
        descending = key.descending;
        let way = order_of_keys(value_at(body, &Path::parse(&key.path)?), value);
        if way != Ordering::Equal {
            return Ok(way.is_gt() != descending);
        }
    }
    let way = id.as_bytes().cmp(last.as_bytes());
    Ok(way != Ordering::Equal && way.is_gt() != descending)
}

/// Missing and null stand first, then numbers, then strings; what has no order stands behind them by its kind.
fn order_of_keys(one: &Value, other: &Value) -> Ordering {
    let by_kind = kind(one).cmp(&kind(other));
    by_kind.then_with(|| match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ => order(one, other).unwrap_or(Ordering::Equal),
    })
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Object(_) => 3,
        Value::Array(_) => 4,
        Value::Bool(_) => 5,
    }
}

fn order_of_numbers(one: &Number, other: &Number) -> Ordering {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(one), None) => order_of_mixed(one, real(other)),
        (None, Some(other)) => order_of_mixed(other, real(one)).reverse(),
        (None, None) => real(one).total_cmp(&real(other)),
    }
}

/// Minus zero is zero.
fn real(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::MAX) + 0.0
}

/// An integer against a number with a fraction, without rounding the integer.
#[expect(clippy::cast_possible_truncation, reason = "only what lies within the integers is cast")]
fn order_of_mixed(integer: i64, real: f64) -> Ordering {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if real >= END {
        return Ordering::Less;
    }
    if real < -END {
        return Ordering::Greater;
    }
    let whole = real.floor();
    integer.cmp(&(whole as i64)).then(if real > whole { Ordering::Less } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(value: Value) -> Number {
        value.as_number().unwrap().clone()
    }

    #[test]
    fn numbers_compare_by_value_not_by_shape() {
        for (one, other, expected) in [
            (json!(1), json!(1.0), Ordering::Equal),
            (json!(1), json!(1.5), Ordering::Less),
            (json!(-1), json!(-1.5), Ordering::Greater),
            (json!(0), json!(-0.0), Ordering::Equal),
            (json!(i64::MAX), json!(9_223_372_036_854_775_808_f64), Ordering::Less),
            (json!(i64::MIN), json!(-9_223_372_036_854_775_808_f64), Ordering::Equal),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_f64), Ordering::Greater),
            (json!(u64::MAX), json!(i64::MAX), Ordering::Greater),
        ] {
            assert_eq!(
                order_of_numbers(&number(one.clone()), &number(other.clone())),
                expected,
                "{one} {other}"
            );
            assert_eq!(order_of_numbers(&number(other.clone()), &number(one)), expected.reverse(), "{other}");
        }
    }

    #[test]
    fn a_path_does_not_look_into_arrays_by_itself() {
        let body = json!({"a": [{"b": 1, "1": 2}, {"b": 3}]});
        let at = |path| value_at(&body, &Path::parse(path).unwrap()).clone();
        assert_eq!(
            (at("a.b"), at("a.1.b"), at("a.1.1"), at("a.0.1")),
            (json!(null), json!(3), json!(null), json!(null))
        );
    }
}
