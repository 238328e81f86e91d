//! A stored document as the port hands it out: its body goes from BSON to JSON text without a tree of values between.

use std::io::Write as _;

use mongodb::bson::raw::{RawArray, RawBsonRef, RawDocument};

use super::errors::damaged;
use super::marks::MARKS;
use crate::ports::documents::{Document, DocumentError};

const ID: &str = "_id";

/// Reads a document that was kept here.
pub fn read(kept: &RawDocument) -> Result<Document, DocumentError> {
    let mut id = None;
    let mut version = None;
    let mut body = Vec::with_capacity(kept.as_bytes().len());
    body.push(b'{');
    for member in kept.iter() {
        let (name, value) = member.map_err(|_| damaged("BSON that is none"))?;
        match name.as_str() {
            ID => id = value.as_str(),
            MARKS => version = value.as_document().and_then(|marks| marks.get_i64("version").ok()),
            name => push_member(&mut body, name, value)?,
        }
    }
    body.push(b'}');
    let version = version.and_then(|version| u64::try_from(version).ok());
    Ok(Document {
        id: id.ok_or_else(|| damaged("an id that is no text"))?.to_owned(),
        version: version.ok_or_else(|| damaged("no version"))?,
        body,
    })
}

/// Whether an array stands at the path or on the way there.
pub fn is_array_on(kept: &RawDocument, path: &str) -> bool {
    let mut at = kept;
    for name in path.split('.') {
        match at.get(name) {
            Ok(Some(RawBsonRef::Array(_))) => return true,
            Ok(Some(RawBsonRef::Document(members))) => at = members,
            _ => return false,
        }
    }
    false
}

fn push_member(out: &mut Vec<u8>, name: &str, value: RawBsonRef<'_>) -> Result<(), DocumentError> {
    if !out.ends_with(b"{") {
        out.push(b',');
    }
    push_json(out, name)?;
    out.push(b':');
    push_value(out, value)
}

fn push_value(out: &mut Vec<u8>, value: RawBsonRef<'_>) -> Result<(), DocumentError> {
    match value {
        RawBsonRef::Null => out.extend_from_slice(b"null"),
        RawBsonRef::Boolean(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        RawBsonRef::Int32(integer) => push_integer(out, integer.into())?,
        RawBsonRef::Int64(integer) => push_integer(out, integer)?,
        RawBsonRef::Double(real) if real.is_finite() => push_json(out, &real)?,
        RawBsonRef::Double(_) => return Err(damaged("a number that JSON has not")),
        RawBsonRef::String(text) => push_json(out, text)?,
        RawBsonRef::Array(elements) => push_array(out, elements)?,
        RawBsonRef::Document(members) => push_object(out, members)?,
        _ => return Err(damaged("a value of a kind that JSON has not")),
    }
    Ok(())
}

fn push_array(out: &mut Vec<u8>, elements: &RawArray) -> Result<(), DocumentError> {
    out.push(b'[');
    for (at, element) in elements.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_value(out, element.map_err(|_| damaged("BSON that is none"))?)?;
    }
    out.push(b']');
    Ok(())
}

fn push_object(out: &mut Vec<u8>, members: &RawDocument) -> Result<(), DocumentError> {
    out.push(b'{');
    for member in members.iter() {
        let (name, value) = member.map_err(|_| damaged("BSON that is none"))?;
        push_member(out, name.as_str(), value)?;
    }
    out.push(b'}');
    Ok(())
}

fn push_integer(out: &mut Vec<u8>, integer: i64) -> Result<(), DocumentError> {
    write!(out, "{integer}").map_err(|_| damaged("a number that cannot be written"))
}

fn push_json(out: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) -> Result<(), DocumentError> {
    serde_json::to_writer(out, value).map_err(|_| damaged("a value that JSON has not"))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, Document as Tree, RawDocumentBuf, doc};
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::mongo::bodies::to_document;

    fn kept(body: Tree) -> RawDocumentBuf {
        let mut all = doc! { "_id": "a", "_p2p": { "birth": 1, "version": 7_i64 } };
        all.extend(body);
        RawDocumentBuf::try_from(&all).unwrap()
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[\\u{1}-\\u{7f}سلام]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let members = prop::collection::hash_map("[a-z]{0,6}", inner.clone(), 0..6);
            let object = members.prop_map(|members| Value::Object(members.into_iter().collect()));
            prop_oneof![prop::collection::vec(inner, 0..6).prop_map(Value::Array), object]
        })
    }

    proptest! {
        #[test]
        fn a_body_comes_back_as_it_was(members in prop::collection::hash_map("[a-z]{1,6}", any_value(), 0..6)) {
            let body: Map<String, Value> = members.into_iter().collect();
            let read = read(&kept(to_document(&body))).unwrap();
            prop_assert_eq!((read.id.as_str(), read.version), ("a", 7));
            prop_assert_eq!(serde_json::from_slice::<Value>(&read.body).unwrap(), Value::Object(body));
        }
    }

    #[test]
    fn extremes_stay_what_they_are() {
        let body = json!({
            "int": i64::MIN, "one": 1, "one_real": 1.0, "tiny": 5e-324, "big": 1e300, "text": "سلام $where \"\n",
            "nothing": null, "yes": true, "list": [1, [2.5, {}], []], "object": {"_id": {"deep": "x"}},
        });
        let read = read(&kept(to_document(body.as_object().unwrap()))).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&read.body).unwrap(), body);
    }

    #[test]
    fn arrays_are_seen_at_a_path_and_on_the_way() {
        let kept = kept(doc! { "list": [{ "a": 1 }], "o": { "list": [1], "a": { "b": 1 } }, "n": 1 });
        for (path, is) in [
            ("list", true),
            ("list.a", true),
            ("o.list", true),
            ("o.a.b", false),
            ("n", false),
            ("none.x", false),
        ] {
            assert_eq!(is_array_on(&kept, path), is, "{path}");
        }
    }

    #[test]
    fn what_json_has_not_is_damage() {
        for value in [Bson::Double(f64::NAN), Bson::ObjectId([0; 12].into()), Bson::Undefined] {
            assert!(read(&kept(doc! { "a": value })).is_err());
        }
        assert!(read(&RawDocumentBuf::try_from(&doc! { "_id": "a" }).unwrap()).is_err());
        assert!(
            read(&RawDocumentBuf::try_from(&doc! { "_id": 1, "_p2p": { "version": 1_i64 } }).unwrap())
                .is_err()
        );
    }
}
