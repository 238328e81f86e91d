//! What may be kept: names of collections, ids, bodies. As strict as the strictest store, so that a document that one
//! store takes is taken by all.

use serde_json::{Map, Value};

use super::change;
use super::path::RESERVED;
use crate::ports::documents::{Change, DocumentError};

/// Bytes of a body.
pub const BODY_BYTES: usize = 1 << 20;

/// Bytes of an id.
const ID_BYTES: usize = 256;

/// Objects and arrays within each other.
const DEEPEST: usize = 64;

/// `[a-z][a-z0-9_]{0,47}`.
pub fn check_collection(name: &str) -> Result<(), DocumentError> {
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let goes_on = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if begins && goes_on && name.len() <= 48 { Ok(()) } else { Err(DocumentError::Denied) }
}

/// A collection and an id in it.
pub fn check_key(collection: &str, id: &str) -> Result<(), DocumentError> {
    check_collection(collection)?;
    if id.is_empty() || id.len() > ID_BYTES || id.contains('\0') {
        return Err(rejected("an id has 1 to 256 bytes and no NUL"));
    }
    Ok(())
}

/// A body as a feature hands it in.
pub fn check_body(body: &[u8]) -> Result<Value, DocumentError> {
    if body.len() > BODY_BYTES {
        return Err(DocumentError::TooLarge);
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| DocumentError::Rejected(format!("not JSON: {error}")))?;
    check(&value)?;
    Ok(value)
}

/// The body after an update. Its size shows in [`text`].
pub fn changed(mut body: Value, changes: &[Change]) -> Result<Value, DocumentError> {
    change::apply(&mut body, changes)?;
    check(&body)?;
    Ok(body)
}

/// The body as it is kept and handed out.
pub fn text(body: &Value) -> Result<String, DocumentError> {
    let text = body.to_string();
    if text.len() > BODY_BYTES { Err(DocumentError::TooLarge) } else { Ok(text) }
}

fn check(body: &Value) -> Result<(), DocumentError> {
    let Value::Object(members) = body else { return Err(rejected("a body is a JSON object")) };
    let reserved = |name: &String| RESERVED.iter().any(|begin| name.starts_with(begin));
    if members.keys().any(reserved) {
        return Err(rejected("names at the top of a body do not begin with `_id` or `_p2p`"));
    }
    check_members(members, DEEPEST)
}

fn check_members(members: &Map<String, Value>, deeper: usize) -> Result<(), DocumentError> {
    members.iter().try_for_each(|(name, value)| {
        check_name(name)?;
        check_value(value, deeper)
    })
}

fn check_value(value: &Value, deeper: usize) -> Result<(), DocumentError> {
    let deeper = || deeper.checked_sub(1).ok_or_else(|| rejected("a body is at most 64 levels deep"));
    match value {
        Value::Object(members) => check_members(members, deeper()?),
        Value::Array(elements) => {
            let deeper = deeper()?;
            elements.iter().try_for_each(|element| check_value(element, deeper))
        }
        Value::String(text) if text.contains('\0') => Err(rejected("a string holds no NUL")),
        Value::Number(number) if number.is_u64() && !number.is_i64() => {
            Err(rejected("an integer has 64 bits with its sign"))
        }
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), DocumentError> {
    if name.is_empty() || name.starts_with('$') || name.contains(['.', '\0']) {
        return Err(rejected("a name is not empty, does not begin with `$`, and holds no `.` and no NUL"));
    }
    Ok(())
}

fn rejected(why: &str) -> DocumentError {
    DocumentError::Rejected(why.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ports::documents::Operator;

    fn nested(levels: usize) -> String {
        format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn a_body_that_some_store_could_not_keep_is_kept_by_none() {
        for bad in [
            json!({"$where": 1}),
            json!({"a": {"$gt": ""}}),
            json!({"a": [{"$a": 1}]}),
            json!({"a.b": 1}),
            json!({"": 1}),
            json!({"a\0": 1}),
            json!({"a": ["\0"]}),
            json!({"_id": 1}),
            json!({"_p2p": {}}),
            json!({"_p2p_x": 1}),
            json!({"n": u64::MAX}),
        ] {
            let outcome = check_body(bad.to_string().as_bytes());
            assert!(matches!(outcome, Err(DocumentError::Rejected(_))), "{bad}");
        }
        let odd = json!({"id": 1, "a": {"_id": 1, "_p2p": 2, "a$": "$where", "0": "a.b"}, "ü": i64::MIN});
        assert_eq!(check_body(odd.to_string().as_bytes()), Ok(odd));
    }

    #[test]
    fn depth_has_an_end() {
        assert!(check_body(nested(64).as_bytes()).is_ok());
        assert!(check_body(nested(65).as_bytes()).is_err());
        assert!(check_body(nested(100_000).as_bytes()).is_err());
    }

    #[test]
    fn an_update_cannot_make_what_an_insert_may_not() {
        for (path, value) in [("_id", json!(1)), ("_p2p.version", json!(9)), ("a", json!({"$set": 1}))] {
            let change = Change { path: path.to_owned(), operator: Operator::Set, value };
            assert!(changed(json!({}), std::slice::from_ref(&change)).is_err(), "{change:?}");
        }
    }

    #[test]
    fn an_id_is_short_text() {
        assert!(check_key("posts", "a").is_ok() && check_key("posts", "$where").is_ok());
        assert!(check_key("posts", "a\0b").is_err() && check_key("Posts", "a").is_err());
    }
}
