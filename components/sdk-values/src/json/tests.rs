//! What is written is what serde_json would write.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[derive(Serialize)]
enum Shape {
    Unit,
    One(u8),
    Two(i8, char),
    Named { a: Option<f64>, b: () },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    some_text: &'a str,
    shapes: Vec<Shape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<u8>,
    by_number: BTreeMap<u16, bool>,
    #[serde(flatten)]
    more: BTreeMap<&'a str, i64>,
    tuple: (u64, i64, f32),
}

#[test]
fn shapes_are_written_as_everybody_writes_them() {
    let whole = Whole {
        some_text: "a\"b\\c\n\u{1}\u{7f}س😀/",
        shapes: vec![
            Shape::Unit,
            Shape::One(7),
            Shape::Two(-1, '"'),
            Shape::Named { a: Some(1.5), b: () },
            Shape::Named { a: Some(f64::NAN), b: () },
        ],
        absent: None,
        by_number: BTreeMap::from([(1, true), (2, false)]),
        more: BTreeMap::from([("x", i64::MIN), ("y", i64::MAX)]),
        tuple: (u64::MAX, 0, -0.25),
    };
    assert_eq!(String::from_utf8(to_vec(&whole)).unwrap(), serde_json::to_string(&whole).unwrap());
    let nothing = (Vec::<u8>::new(), BTreeMap::<String, u8>::new(), "");
    assert_eq!(to_vec(&nothing), b"[[],{},\"\"]");
}

#[test]
fn what_is_json_already_is_copied() {
    let raw = serde_json::value::RawValue::from_string(r#"["a\n",{"b" : 1}]"#.to_owned()).unwrap();
    let held = BTreeMap::from([("tags", &raw)]);
    assert_eq!(to_vec(&held), br#"{"tags":["a\n",{"b" : 1}]}"#);
    assert_eq!(to_vec(&(&raw, 1)), serde_json::to_vec(&(&raw, 1)).unwrap());
}

#[test]
fn what_json_cannot_hold_is_null() {
    assert_eq!(to_vec(&BTreeMap::from([((1, 2), 3)])), b"null");
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_written_as_the_general_writer_writes_it(value in values()) {
        prop_assert_eq!(to_vec(&value), serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn any_text_comes_back(text in any::<String>()) {
        prop_assert_eq!(serde_json::from_slice::<Value>(&to_vec(&text)).unwrap(), json!(text));
    }
}
