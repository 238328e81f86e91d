//! JSON as BSON and back: integers as int64, numbers with a fraction as double, everything else as it is.

use mongodb::bson::{Bson, Document};
use serde_json::{Map, Number, Value};

use super::errors::damaged;
use crate::ports::documents::DocumentError;

/// A JSON value that passed the rules.
pub fn to_bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(value) => Bson::Boolean(*value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Bson::Int64(integer),
            None => Bson::Double(number.as_f64().unwrap_or(f64::MAX)),
        },
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(elements) => Bson::Array(elements.iter().map(to_bson).collect()),
        Value::Object(members) => Bson::Document(to_document(members)),
    }
}

/// The members of an object.
pub fn to_document(members: &Map<String, Value>) -> Document {
    members.iter().map(|(name, value)| (name.clone(), to_bson(value))).collect()
}

/// A value that a write of ours has kept.
pub fn to_json(value: Bson) -> Result<Value, DocumentError> {
    Ok(match value {
        Bson::Null => Value::Null,
        Bson::Boolean(value) => Value::Bool(value),
        Bson::Int32(integer) => Value::Number(integer.into()),
        Bson::Int64(integer) => Value::Number(integer.into()),
        Bson::Double(real) => {
            Value::Number(Number::from_f64(real).ok_or_else(|| damaged("a number that JSON has not"))?)
        }
        Bson::String(text) => Value::String(text),
        Bson::Array(elements) => Value::Array(elements.into_iter().map(to_json).collect::<Result<_, _>>()?),
        Bson::Document(members) => Value::Object(to_members(members)?),
        _ => return Err(damaged("a value of a kind that JSON has not")),
    })
}

/// The members of a document.
pub fn to_members(document: Document) -> Result<Map<String, Value>, DocumentError> {
    document.into_iter().map(|(name, value)| Ok((name, to_json(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was() {
        let body = json!({
            "int": i64::MIN, "one": 1, "one_real": 1.0, "tiny": 5e-324, "big": 1e300, "text": "سلام $where",
            "nothing": null, "yes": true, "list": [1, [2.5, {}], []], "object": {"0": {"deep": "x"}},
        });
        let kept = to_document(body.as_object().unwrap());
        assert_eq!(Value::Object(to_members(kept).unwrap()), body);
    }

    #[test]
    fn what_json_has_not_is_damage() {
        for value in [Bson::Double(f64::NAN), Bson::ObjectId([0; 12].into()), Bson::Undefined] {
            assert!(to_json(value).is_err());
        }
    }
}
