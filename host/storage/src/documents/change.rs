//! The steps of an update, done on the parsed document. All of them or none: the caller keeps the outcome only when
//! every step went through.

use serde_json::map::{Entry, VacantEntry};
use serde_json::{Map, Number, Value};

use super::path::{Path, Step};
use crate::ports::documents::{Change, DocumentError, Operator};

/// Steps of one update.
pub const MOST: usize = 100;

/// Applies the steps in order.
pub fn apply(document: &mut Value, changes: &[Change]) -> Result<(), DocumentError> {
    if changes.len() > MOST {
        return Err(rejected("too many changes"));
    }
    changes.iter().try_for_each(|change| {
        let path = Path::parse(&change.path)?;
        let Some((last, way)) = path.steps().split_last() else { return Err(rejected("an empty path")) };
        match change.operator {
            Operator::Unset => unset(document, way, *last),
            Operator::Set => set(place(walk_making(document, way)?, *last)?, change.value.clone()),
            Operator::Inc => inc(place(walk_making(document, way)?, *last)?, &change.value),
            Operator::Push => push(place(walk_making(document, way)?, *last)?, change.value.clone()),
            Operator::Pull => walk(document, path.steps()).map_or(Ok(()), |found| pull(found, &change.value)),
        }
    })
}

/// Where a value is or would be.
enum Place<'a> {
    There(&'a mut Value),
    Member(VacantEntry<'a>),
    End(&'a mut Vec<Value>),
}

impl Place<'_> {
    fn put(self, value: Value) {
        match self {
            Self::There(slot) => *slot = value,
            Self::Member(slot) => {
                slot.insert(value);
            }
            Self::End(array) => array.push(value),
        }
    }
}

fn place<'a>(parent: &'a mut Value, step: Step<'_>) -> Result<Place<'a>, DocumentError> {
    match (parent, step) {
        (Value::Object(object), Step::Member(name)) => Ok(match object.entry(name) {
            Entry::Occupied(slot) => Place::There(slot.into_mut()),
            Entry::Vacant(slot) => Place::Member(slot),
        }),
        (Value::Array(array), Step::Element(index)) => {
            if index == array.len() {
                return Ok(Place::End(array));
            }
            array.get_mut(index).map(Place::There).ok_or_else(|| rejected("an index past the array's end"))
        }
        _ => Err(rejected("the path leads through a value that has no such step")),
    }
}

/// Goes along the path, making objects where nothing is.
fn walk_making<'a>(mut at: &'a mut Value, way: &[Step<'_>]) -> Result<&'a mut Value, DocumentError> {
    for step in way {
        at = match (at, step) {
            (Value::Object(object), Step::Member(name)) => {
                object.entry(*name).or_insert_with(|| Value::Object(Map::new()))
            }
            (Value::Array(array), Step::Element(index)) => {
                array.get_mut(*index).ok_or_else(|| rejected("an index past the array's end"))?
            }
            _ => return Err(rejected("the path leads through a value that has no such step")),
        };
    }
    Ok(at)
}

/// Goes along the path as far as there is one.
fn walk<'a>(at: &'a mut Value, way: &[Step<'_>]) -> Option<&'a mut Value> {
    way.iter().try_fold(at, |at, step| match step {
        Step::Member(name) => at.as_object_mut()?.get_mut(*name),
        Step::Element(index) => at.as_array_mut()?.get_mut(*index),
    })
}

fn set(place: Place<'_>, value: Value) -> Result<(), DocumentError> {
    place.put(value);
    Ok(())
}

fn unset(document: &mut Value, way: &[Step<'_>], last: Step<'_>) -> Result<(), DocumentError> {
    match (walk(document, way), last) {
        (Some(Value::Object(object)), Step::Member(name)) => drop(object.remove(name)),
        (Some(Value::Array(array)), Step::Element(index)) if index < array.len() => drop(array.remove(index)),
        _ => {}
    }
    Ok(())
}

fn inc(place: Place<'_>, by: &Value) -> Result<(), DocumentError> {
    let by = by.as_i64().ok_or_else(|| rejected("inc takes an integer"))?;
    let sum = match &place {
        Place::There(Value::Number(number)) => sum(number, by)?,
        Place::There(_) => return Err(rejected("inc at a value that is no number")),
        Place::Member(_) => Number::from(by),
        Place::End(_) => return Err(rejected("an index past the array's end")),
    };
    set(place, Value::Number(sum))
}

fn sum(number: &Number, by: i64) -> Result<Number, DocumentError> {
    match number.as_i64() {
        Some(number) => number.checked_add(by).map(Number::from),
        #[expect(clippy::cast_precision_loss, reason = "a number with a fraction was inexact before")]
        None => number.as_f64().and_then(|number| Number::from_f64(number + by as f64)),
    }
    .ok_or_else(|| rejected("inc passes the range of numbers"))
}

fn push(place: Place<'_>, value: Value) -> Result<(), DocumentError> {
    match place {
        Place::There(Value::Array(array)) => array.push(value),
        Place::There(_) => return Err(rejected("push at a value that is no array")),
        fresh => fresh.put(Value::Array(vec![value])),
    }
    Ok(())
}

fn pull(found: &mut Value, value: &Value) -> Result<(), DocumentError> {
    let array = found.as_array_mut().ok_or_else(|| rejected("pull at a value that is no array"))?;
    array.retain(|element| !is_pulled(element, value));
    Ok(())
}

/// For an object: has all its members; else: equal.
fn is_pulled(element: &Value, value: &Value) -> bool {
    match (element, value) {
        (Value::Object(element), Value::Object(wanted)) => {
            wanted.iter().all(|(name, value)| element.get(name).is_some_and(|found| same(found, value)))
        }
        _ => same(element, value),
    }
}

/// Equality in which 1 is 1.0.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|found| same(value, found)))
        }
        _ => one == other,
    }
}

fn rejected(why: &str) -> DocumentError {
    DocumentError::Rejected(why.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(document: Value, operator: Operator, path: &str, value: Value) -> Result<Value, DocumentError> {
        let mut document = document;
        apply(&mut document, &[Change { path: path.to_owned(), operator, value }])?;
        Ok(document)
    }

    #[test]
    fn set_makes_objects_on_the_way() {
        assert_eq!(after(json!({}), Operator::Set, "a.b.c", json!(1)), Ok(json!({"a": {"b": {"c": 1}}})));
        assert_eq!(after(json!({"a": [1, 2]}), Operator::Set, "a.1", json!(9)), Ok(json!({"a": [1, 9]})));
        assert_eq!(after(json!({"a": [1]}), Operator::Set, "a.1", json!(9)), Ok(json!({"a": [1, 9]})));
        for (document, path) in [(json!({"a": [1]}), "a.5"), (json!({"a": 1}), "a.b"), (json!({}), "0")] {
            assert!(after(document, Operator::Set, path, json!(1)).is_err(), "{path}");
        }
    }

    #[test]
    fn unset_removes_what_is_there() {
        assert_eq!(after(json!({"a": {"b": 1}}), Operator::Unset, "a.b", Value::Null), Ok(json!({"a": {}})));
        assert_eq!(after(json!({"a": [1, 2]}), Operator::Unset, "a.0", Value::Null), Ok(json!({"a": [2]})));
        assert_eq!(after(json!({"a": 1}), Operator::Unset, "a.b.c", Value::Null), Ok(json!({"a": 1})));
    }

    #[test]
    fn inc_adds_integers() {
        assert_eq!(after(json!({}), Operator::Inc, "n", json!(2)), Ok(json!({"n": 2})));
        assert_eq!(after(json!({"n": 40}), Operator::Inc, "n", json!(2)), Ok(json!({"n": 42})));
        assert_eq!(after(json!({"n": 0.5}), Operator::Inc, "n", json!(-1)), Ok(json!({"n": -0.5})));
        for (document, by) in
            [(json!({"n": "x"}), json!(1)), (json!({}), json!(0.5)), (json!({"n": i64::MAX}), json!(1))]
        {
            assert!(after(document, Operator::Inc, "n", by).is_err());
        }
    }

    #[test]
    fn push_appends_and_pull_removes_all_that_match() {
        assert_eq!(after(json!({}), Operator::Push, "a.b", json!(1)), Ok(json!({"a": {"b": [1]}})));
        assert_eq!(after(json!({"a": [1]}), Operator::Push, "a", json!([2])), Ok(json!({"a": [1, [2]]})));
        assert!(after(json!({"a": {}}), Operator::Push, "a", json!(1)).is_err());
        assert_eq!(after(json!({"a": [1, 2, 1.0]}), Operator::Pull, "a", json!(1)), Ok(json!({"a": [2]})));
        let replies = json!({"a": [{"id": 1, "x": 1}, {"id": 2}, 7]});
        assert_eq!(after(replies, Operator::Pull, "a", json!({"id": 1})), Ok(json!({"a": [{"id": 2}, 7]})));
        assert_eq!(after(json!({}), Operator::Pull, "a", json!(1)), Ok(json!({})));
        assert!(after(json!({"a": 1}), Operator::Pull, "a", json!(1)).is_err());
    }
}
