//! Paths, comparisons, orders and changes of JSON values, by the rules of `wit/platform/documents.wit`.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value, json};

use crate::host::{Change, Comparison, DocumentError, Filter, Operator, Order, Search};

const PATH_MAX: usize = 200;

/// Whether it is a dotted path of plain names and array indexes.
pub(super) fn is_path(path: &str) -> bool {
    let segment = |segment: &str| {
        !segment.is_empty()
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    path.len() <= PATH_MAX && path.split('.').all(segment)
}

pub(super) fn matches(body: &Value, filters: &[Filter]) -> Result<bool, DocumentError> {
    for filter in filters {
        let wanted = serde_json::from_slice(&filter.value).map_err(|_| DocumentError::Rejected)?;
        if !holds(at(body, &filter.path), filter.comparison, &wanted) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(found: &Value, comparison: Comparison, wanted: &Value) -> bool {
    let ordered =
        |orders: &[Ordering]| rank(found) == rank(wanted) && orders.contains(&compare(found, wanted));
    match comparison {
        Comparison::Equal => compare(found, wanted).is_eq(),
        Comparison::NotEqual => compare(found, wanted).is_ne(),
        Comparison::Less => ordered(&[Ordering::Less]),
        Comparison::LessOrEqual => ordered(&[Ordering::Less, Ordering::Equal]),
        Comparison::Greater => ordered(&[Ordering::Greater]),
        Comparison::GreaterOrEqual => ordered(&[Ordering::Greater, Ordering::Equal]),
        Comparison::AnyOf => items(wanted).iter().any(|wanted| compare(found, wanted).is_eq()),
        Comparison::Contains => items(found).iter().any(|item| compare(item, wanted).is_eq()),
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Whether a document stands behind the place where the page before ended.
pub(super) fn is_after(body: &Value, id: &str, search: &Search) -> Result<bool, DocumentError> {
    let Some((values, last)) = &search.after else { return Ok(true) };
    let values: Vec<Value> = serde_json::from_slice(values).map_err(|_| DocumentError::Rejected)?;
    if values.len() != search.order.len() {
        return Err(DocumentError::Rejected);
    }
    let mut place = json!({});
    for (order, value) in search.order.iter().zip(values) {
        set(&mut place, &order.path, value)?;
    }
    Ok(order_of(body, id, &place, last, &search.order).is_gt())
}

/// Which of two documents comes first. The id breaks ties in the direction of the last order.
pub(super) fn order_of(one: &Value, id: &str, other: &Value, other_id: &str, orders: &[Order]) -> Ordering {
    let directed = |order: Ordering, descending: bool| if descending { order.reverse() } else { order };
    for order in orders {
        let found = compare(at(one, &order.path), at(other, &order.path));
        if found.is_ne() {
            return directed(found, order.descending);
        }
    }
    directed(id.cmp(other_id), orders.last().is_some_and(|order| order.descending))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Object(_) => 3,
        Value::Array(_) => 4,
        Value::Bool(_) => 5,
    }
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => numbers(one, other),
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ if one == other => Ordering::Equal,
        _ => rank(one).cmp(&rank(other)).then_with(|| one.to_string().cmp(&other.to_string())),
    }
}

fn numbers(one: &Number, other: &Number) -> Ordering {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().unwrap_or(0.0).total_cmp(&other.as_f64().unwrap_or(0.0)),
    }
}

fn at<'a>(body: &'a Value, path: &str) -> &'a Value {
    let step = |value: &'a Value, segment: &str| match value {
        Value::Object(members) => members.get(segment),
        Value::Array(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => None,
    };
    path.split('.').try_fold(body, step).unwrap_or(&Value::Null)
}

/// Does one step of an update.
pub(super) fn apply(body: &mut Value, change: &Change) -> Result<(), DocumentError> {
    if !is_path(&change.path) {
        return Err(DocumentError::Rejected);
    }
    let given = || serde_json::from_slice::<Value>(&change.value).map_err(|_| DocumentError::Rejected);
    match change.operator {
        Operator::Set => set(body, &change.path, given()?),
        Operator::Unset => {
            unset(body, &change.path);
            Ok(())
        }
        Operator::Inc => {
            let by = given()?.as_i64().ok_or(DocumentError::Rejected)?;
            let old = match at(body, &change.path) {
                Value::Null => 0,
                old => old.as_i64().ok_or(DocumentError::Rejected)?,
            };
            set(body, &change.path, json!(old.saturating_add(by)))
        }
        Operator::Push => {
            let mut items = array(body, &change.path)?;
            items.push(given()?);
            set(body, &change.path, Value::Array(items))
        }
        Operator::Pull => {
            let wanted = given()?;
            let mut items = array(body, &change.path)?;
            items.retain(|item| !is_pulled(item, &wanted));
            set(body, &change.path, Value::Array(items))
        }
    }
}

fn is_pulled(item: &Value, wanted: &Value) -> bool {
    match (item, wanted) {
        (Value::Object(item), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, value)| item.get(name).is_some_and(|found| compare(found, value).is_eq())),
        _ => compare(item, wanted).is_eq(),
    }
}

fn array(body: &Value, path: &str) -> Result<Vec<Value>, DocumentError> {
    match at(body, path) {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => Ok(items.clone()),
        _ => Err(DocumentError::Rejected),
    }
}

fn set(body: &mut Value, path: &str, value: Value) -> Result<(), DocumentError> {
    let mut place = body;
    for segment in path.split('.') {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Object(members) => members.entry(segment).or_insert(Value::Null),
            Value::Array(items) => {
                let index = segment.parse::<usize>().map_err(|_| DocumentError::Rejected)?;
                items.get_mut(index).ok_or(DocumentError::Rejected)?
            }
            _ => return Err(DocumentError::Rejected),
        };
    }
    *place = value;
    Ok(())
}

fn unset(body: &mut Value, path: &str) {
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", path));
    let pointer: String = parent.split('.').filter(|s| !s.is_empty()).map(|s| format!("/{s}")).collect();
    if let Some(Value::Object(members)) = body.pointer_mut(&pointer) {
        members.remove(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(mut body: Value, changes: &[Change]) -> Value {
        for change in changes {
            apply(&mut body, change).unwrap();
        }
        body
    }

    #[test]
    fn changes_do_what_the_contract_says() {
        let body = changed(
            json!({ "n": 1, "tags": ["a"], "replies": [{ "id": 1, "likes": 0 }, { "id": 2 }] }),
            &[
                Change::inc("n", 2),
                Change::inc("made.here", 1),
                Change::push("tags", &"b"),
                Change::push("new", &1),
                Change::set("replies.0.likes", &7),
                Change::pull("replies", &json!({ "id": 2 })),
                Change::unset("made.nothing"),
            ],
        );
        let wanted = json!({
            "n": 3, "made": { "here": 1 }, "tags": ["a", "b"], "new": [1], "replies": [{ "id": 1, "likes": 7 }],
        });
        assert_eq!(body, wanted);
        assert_eq!(
            changed(json!({ "a": { "b": 1, "c": 2 } }), &[Change::unset("a.b")]),
            json!({ "a": { "c": 2 } })
        );
    }

    #[test]
    fn a_change_that_does_not_fit_is_rejected() {
        for change in [
            Change::inc("text", 1),
            Change::push("text", &1),
            Change::set("list.9", &1),
            Change::set("a..b", &1),
        ] {
            let mut body = json!({ "text": "x", "list": [] });
            assert_eq!(apply(&mut body, &change), Err(DocumentError::Rejected), "{change:?}");
        }
    }

    #[test]
    fn comparisons_keep_to_their_type() {
        let filter = |comparison, value: Value| {
            matches(
                &json!({ "n": 5, "tags": ["x"] }),
                &Search::new(1).filter("n", comparison, &value).filters,
            )
            .unwrap()
        };
        assert!(filter(Comparison::Less, json!(6)) && !filter(Comparison::Less, json!("6")));
        assert!(filter(Comparison::AnyOf, json!([4, 5])) && !filter(Comparison::AnyOf, json!([4])));
        let tags = Search::new(1).filter("tags", Comparison::Contains, &"x");
        assert!(matches(&json!({ "tags": ["x"] }), &tags.filters).unwrap());
        assert!(!matches(&json!({}), &tags.filters).unwrap());
    }
}
