//! A search in MongoDB's words. Values stand behind `$eq` and its like, never where an operator could stand; paths hold
//! letters, digits and `_` only. MongoDB looks into arrays by itself, which the port does not: where a path leads
//! through members only, the filter is exact as soon as no array stands on it, which the caller sees in what was found;
//! where it has an index, the filter finds at least what is asked for and the caller looks again. Conditions stand side by
//! side wherever they can: not every server finds an index for what lies in `$and` or `$not`.

use mongodb::bson::{Bson, Document, doc};
use serde_json::Value;

use super::bodies::to_bson;
use super::marks::DELETED;
use crate::documents::path::{Path, Step};
use crate::ports::documents::{Comparison, DocumentError, Filter, Search};

/// MongoDB's names of what JSON has, in the order in which it sorts them.
const KINDS: [&str; 6] = ["null", "number", "string", "object", "array", "bool"];

/// A search, ready to be sent.
pub struct Compiled {
    pub filter: Document,
    pub sort: Document,
    /// Whether the filter finds no more than was asked for, but for documents with an array on one of these paths.
    pub exact: bool,
    pub paths: Vec<String>,
}

/// Compiles a search that was checked.
pub fn compile(search: &Search) -> Result<Compiled, DocumentError> {
    let mut all = vec![doc! { DELETED: { "$ne": true } }];
    let (mut exact, mut paths) = (true, Vec::new());
    for filter in &search.filters {
        let (condition, is_exact) = condition(filter)?;
        all.push(condition);
        exact &= is_exact;
        if is_guarded_by_caller(filter) {
            paths.push(filter.path.clone());
        }
    }
    for order in &search.order {
        exact &= is_plain(&Path::parse(&order.path)?);
    }
    if let Some((values, id)) = &search.after {
        all.push(behind(search, values, id));
    }
    Ok(Compiled { filter: joined(all), sort: sort(search), exact, paths })
}

/// All conditions side by side; those that would stand in the place of another behind an `$and`.
fn joined(all: Vec<Document>) -> Document {
    let mut joined = Document::new();
    let mut others = Vec::new();
    for condition in all {
        if condition.keys().any(|name| name == "$and" || joined.contains_key(name)) {
            others.push(condition);
        } else {
            joined.extend(condition);
        }
    }
    if !others.is_empty() {
        joined.insert("$and", others);
    }
    joined
}

/// Whether the filter's condition leaves arrays on its path to the caller.
fn is_guarded_by_caller(filter: &Filter) -> bool {
    use Comparison::{AnyOf, Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    match filter.comparison {
        Equal => !filter.value.is_null(),
        AnyOf => !filter.value.as_array().is_some_and(|values| values.iter().any(Value::is_null)),
        Less | LessOrEqual | Greater | GreaterOrEqual => true,
        Comparison::NotEqual | Comparison::Contains => false,
    }
}

fn sort(search: &Search) -> Document {
    let way = |descending| if descending { -1 } else { 1 };
    let mut sort: Document =
        search.order.iter().map(|key| (key.path.clone(), Bson::Int32(way(key.descending)))).collect();
    sort.insert("_id", way(search.order.last().is_some_and(|key| key.descending)));
    sort
}

/// Whether the path has no index, so that MongoDB cannot read it in two ways.
fn is_plain(path: &Path<'_>) -> bool {
    path.steps().iter().all(|step| matches!(step, Step::Member(_)))
}

fn condition(filter: &Filter) -> Result<(Document, bool), DocumentError> {
    let path = Path::parse(&filter.path)?;
    let exact = is_plain(&path);
    let at = filter.path.as_str();
    let value = to_bson(&filter.value);
    let plainly = |sign: &str| doc! { at: { sign: value.clone() } };
    let found = match filter.comparison {
        Comparison::Equal if is_guarded_by_caller(filter) => plainly("$eq"),
        Comparison::Equal => nothing(at, exact),
        // What finds too much would leave out too much.
        Comparison::NotEqual if exact => doc! { "$nor": [equal(at, &filter.value, exact)] },
        Comparison::NotEqual => Document::new(),
        Comparison::Less => plainly("$lt"),
        Comparison::LessOrEqual => plainly("$lte"),
        Comparison::Greater => plainly("$gt"),
        Comparison::GreaterOrEqual => plainly("$gte"),
        Comparison::AnyOf => any_of(at, &filter.value, exact),
        Comparison::Contains => {
            return Ok((doc! { "$and": [{ at: { "$type": "array" } }, plainly("$eq")] }, false));
        }
    };
    Ok((found, exact))
}

fn equal(at: &str, value: &Value, exact: bool) -> Document {
    if value.is_null() {
        nothing(at, exact)
    } else {
        guarded(at, doc! { at: { "$eq": to_bson(value) } }, exact)
    }
}

fn any_of(at: &str, values: &Value, exact: bool) -> Document {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    let some: Vec<Bson> = values.iter().filter(|value| !value.is_null()).map(to_bson).collect();
    let some = doc! { at: { "$in": some } };
    if values.iter().any(Value::is_null) {
        doc! { "$or": [guarded(at, some, exact), nothing(at, exact)] }
    } else {
        some
    }
}

/// Missing or null. A member of an array is missing: that is where MongoDB would look inside.
fn nothing(at: &str, exact: bool) -> Document {
    if !exact {
        return Document::new();
    }
    let mut either: Vec<Document> = ways(at).map(|way| doc! { way: { "$type": "array" } }).collect();
    either.push(doc! { at: { "$eq": Bson::Null, "$not": { "$type": "array" } } });
    doc! { "$or": either }
}

/// A condition on the value itself, not on elements of an array at the path or on the way.
fn guarded(at: &str, condition: Document, exact: bool) -> Document {
    if !exact {
        return condition;
    }
    let mut all = vec![condition];
    all.extend(ways(at).chain([at]).map(|way| doc! { way: { "$not": { "$type": "array" } } }));
    doc! { "$and": all }
}

/// The paths to what stands above.
fn ways(at: &str) -> impl Iterator<Item = &str> {
    at.match_indices('.').filter_map(|(end, _)| at.get(..end))
}

/// Greater in some key and equal in all before it, or equal in all and behind by id. Finds at least these.
fn behind(search: &Search, values: &[Value], id: &str) -> Document {
    let mut so_far: Vec<Document> = Vec::new();
    let mut either = Vec::new();
    let mut descending = false;
    for (key, value) in search.order.iter().zip(values) {
        descending = key.descending;
        let mut all = so_far.clone();
        all.push(beyond(&key.path, value, descending));
        either.push(doc! { "$and": all });
        so_far.push(doc! { &key.path: { "$eq": to_bson(value) } });
    }
    let sign = if descending { "$lt" } else { "$gt" };
    so_far.push(doc! { "_id": { sign: id } });
    either.push(doc! { "$and": so_far });
    doc! { "$or": either }
}

fn beyond(at: &str, value: &Value, descending: bool) -> Document {
    let kind = match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Object(_) => 3,
        Value::Array(_) => 4,
        Value::Bool(_) => 5,
    };
    let mut either = Vec::new();
    if kind > 0 {
        either.push(doc! { at: { (if descending { "$lt" } else { "$gt" }): to_bson(value) } });
    }
    let others =
        KINDS.iter().enumerate().filter(|(other, _)| if descending { *other < kind } else { *other > kind });
    let others: Vec<&str> = others.map(|(_, name)| *name).collect();
    if !others.is_empty() {
        either.push(doc! { at: { "$type": others } });
    }
    if descending && kind > 0 {
        either.push(doc! { at: Bson::Null });
    }
    // Nothing stands before null.
    if either.is_empty() {
        doc! { "_id": { "$in": [] } }
    } else {
        doc! { "$or": either }
    }
}
