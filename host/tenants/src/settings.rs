//! Settings of a feature against the schema in its manifest, defaults filled in. Understands a closed part of JSON
//! Schema and refuses a schema that uses another keyword, so that no rule is silently ignored.

use serde_json::{Map, Value};

/// Why settings, or their schema, were refused. The text names the place, e.g. `settings.categories[2]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The tenant's settings break the schema.
    #[error("{place}: {reason}")]
    Invalid {
        /// Where.
        place: String,
        /// Which rule.
        reason: String,
    },
    /// The feature's schema is none, or uses a keyword the host does not check.
    #[error("the settings schema of the feature cannot be used: {place}: {reason}")]
    Schema {
        /// Where.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Keywords that say nothing about which settings are right.
const NOTES: [&str; 7] = ["$schema", "$id", "title", "description", "examples", "default", "$comment"];

/// Checks settings and answers them with the schema's defaults. A null schema means that the feature has none.
pub fn check(schema: &Value, settings: &Value) -> Result<Value, SettingsError> {
    match schema {
        Value::Null if is_empty(settings) => Ok(Value::Object(Map::new())),
        Value::Null => invalid("settings", "this feature has no settings"),
        schema => checked(schema, settings, "settings"),
    }
}

fn checked(schema: &Value, value: &Value, place: &str) -> Result<Value, SettingsError> {
    let Value::Object(rules) = schema else { return wrong_schema(place, "not a JSON object") };
    for (keyword, rule) in rules {
        check_rule(rules, keyword, rule, value, place)?;
    }
    match value {
        Value::Object(members) => object_checked(rules, members, place),
        Value::Array(elements) => array_checked(rules, elements, place),
        plain => Ok(plain.clone()),
    }
}

fn check_rule(
    rules: &Map<String, Value>,
    keyword: &str,
    rule: &Value,
    value: &Value,
    place: &str,
) -> Result<(), SettingsError> {
    let length = || value.as_str().map(|text| text.chars().count() as f64);
    let count = || value.as_array().map(|elements| elements.len() as f64);
    let broken = match keyword {
        "type" => !has_type(rule, value, place)?,
        "enum" => !rule.as_array().is_some_and(|allowed| allowed.contains(value)),
        "const" => rule != value,
        "minimum" => is_past(number(rule, place)?, value.as_f64()),
        "maximum" => is_past(value.as_f64(), number(rule, place)?),
        "minLength" => is_past(number(rule, place)?, length()),
        "maxLength" => is_past(length(), number(rule, place)?),
        "minItems" => is_past(number(rule, place)?, count()),
        "maxItems" => is_past(count(), number(rule, place)?),
        "required" => return check_required(rules, rule, value, place),
        "properties" | "additionalProperties" | "items" => false,
        note if NOTES.contains(&note) => false,
        other => return wrong_schema(place, &format!("the keyword `{other}` is not supported")),
    };
    if broken { invalid(place, &format!("breaks `{keyword}: {rule}`")) } else { Ok(()) }
}

fn object_checked(
    rules: &Map<String, Value>,
    members: &Map<String, Value>,
    place: &str,
) -> Result<Value, SettingsError> {
    let properties = rules.get("properties").and_then(Value::as_object);
    // A misspelt setting would otherwise do nothing; a schema has to say `true` to let strangers in.
    let unsaid = Value::Bool(properties.is_none());
    let open = rules.get("additionalProperties").unwrap_or(&unsaid);
    let mut whole = defaults(properties);
    for (name, member) in members {
        let at = format!("{place}.{name}");
        let known = properties.and_then(|properties| properties.get(name));
        let kept = match (known, open) {
            (Some(schema), _) => checked(schema, member, &at)?,
            (None, Value::Bool(true)) => member.clone(),
            (None, Value::Bool(false)) => return invalid(&at, "there is no such setting"),
            (None, schema) => checked(schema, member, &at)?,
        };
        whole.insert(name.clone(), kept);
    }
    Ok(Value::Object(whole))
}

fn array_checked(
    rules: &Map<String, Value>,
    elements: &[Value],
    place: &str,
) -> Result<Value, SettingsError> {
    let Some(schema) = rules.get("items") else { return Ok(Value::Array(elements.to_vec())) };
    let each = |(index, element)| checked(schema, element, &format!("{place}[{index}]"));
    elements.iter().enumerate().map(each).collect::<Result<_, _>>().map(Value::Array)
}

fn defaults(properties: Option<&Map<String, Value>>) -> Map<String, Value> {
    let given = |(name, schema): (&String, &Value)| Some((name.clone(), schema.get("default")?.clone()));
    properties.into_iter().flatten().filter_map(given).collect()
}

fn check_required(
    rules: &Map<String, Value>,
    rule: &Value,
    value: &Value,
    place: &str,
) -> Result<(), SettingsError> {
    let filled = defaults(rules.get("properties").and_then(Value::as_object));
    let is_missing = |name: &&str| value.get(name).is_none() && !filled.contains_key(*name);
    let names = rule.as_array().into_iter().flatten().filter_map(Value::as_str);
    match names.into_iter().find(is_missing) {
        Some(name) if value.is_object() => invalid(&format!("{place}.{name}"), "is required"),
        _ => Ok(()),
    }
}

fn has_type(rule: &Value, value: &Value, place: &str) -> Result<bool, SettingsError> {
    let is = |name: &Value| match name.as_str() {
        Some("object") => Ok(value.is_object()),
        Some("array") => Ok(value.is_array()),
        Some("string") => Ok(value.is_string()),
        Some("boolean") => Ok(value.is_boolean()),
        Some("integer") => Ok(value.is_i64() || value.is_u64()),
        Some("number") => Ok(value.is_number()),
        Some("null") => Ok(value.is_null()),
        _ => wrong_schema(place, &format!("`type: {rule}` is no type")),
    };
    match rule {
        Value::Array(names) => names.iter().try_fold(false, |any, name| Ok(any | is(name)?)),
        name => is(name),
    }
}

fn number(rule: &Value, place: &str) -> Result<Option<f64>, SettingsError> {
    rule.as_f64().map(Some).map_or_else(|| wrong_schema(place, &format!("`{rule}` is no number")), Ok)
}

/// Whether both are there and the first is the larger one; a rule for numbers says nothing about a string.
fn is_past(larger: Option<f64>, smaller: Option<f64>) -> bool {
    larger.zip(smaller).is_some_and(|(larger, smaller)| larger > smaller)
}

fn is_empty(settings: &Value) -> bool {
    settings.is_null() || settings.as_object().is_some_and(Map::is_empty)
}

fn invalid<T>(place: &str, reason: &str) -> Result<T, SettingsError> {
    Err(SettingsError::Invalid { place: place.to_owned(), reason: reason.to_owned() })
}

fn wrong_schema<T>(place: &str, reason: &str) -> Result<T, SettingsError> {
    Err(SettingsError::Schema { place: place.to_owned(), reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({"type": "object", "required": ["limit"], "properties": {
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20},
            "mode": {"enum": ["open", "closed"]},
            "categories": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 5}},
        }})
    }

    #[test]
    fn defaults_are_filled_in_and_given_values_win() {
        assert_eq!(check(&schema(), &json!({})).unwrap(), json!({"limit": 20}));
        let given = json!({"limit": 5, "mode": "open", "categories": ["a"]});
        assert_eq!(check(&schema(), &given).unwrap(), given);
        assert_eq!(check(&Value::Null, &json!({})).unwrap(), json!({}));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (settings, place) in [
            (json!([]), "settings"),
            (json!({"limit": 51}), "settings.limit"),
            (json!({"limit": 0}), "settings.limit"),
            (json!({"limit": 1.5}), "settings.limit"),
            (json!({"mode": "ajar"}), "settings.mode"),
            (json!({"mod": "open"}), "settings.mod"),
            (json!({"categories": ["a", "toolong"]}), "settings.categories[1]"),
            (json!({"categories": ["a", "b", "c"]}), "settings.categories"),
        ] {
            match check(&schema(), &settings) {
                Err(SettingsError::Invalid { place: found, .. }) => assert_eq!(found, place),
                other => panic!("{settings}: {other:?}"),
            }
        }
        assert!(check(&Value::Null, &json!({"a": 1})).is_err());
        let strict = json!({"type": "object", "required": ["key"]});
        assert!(check(&strict, &json!({})).unwrap_err().to_string().contains("settings.key: is required"));
    }

    #[test]
    fn a_schema_that_would_not_be_checked_is_refused() {
        let error = check(&json!({"pattern": "^a"}), &json!("b")).unwrap_err();
        assert!(matches!(&error, SettingsError::Schema { .. }), "{error}");
        assert!(check(&json!({"type": "strnig"}), &json!("b")).is_err());
    }
}
