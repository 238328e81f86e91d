//! Schemas of types, as JSON, with the schemas they refer to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::Described;
use crate::Page;

/// Where references to named schemas point.
pub(super) const REFERENCE: &str = "#/components/schemas/";

/// A type's schema and those it refers to, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct SchemaOf {
    pub(super) name: String,
    pub(super) schemas: BTreeMap<String, Value>,
}

/// The schemas of one route.
#[derive(Debug, Clone, Default)]
pub(crate) struct RouteSchemas {
    pub(super) takes: Option<SchemaOf>,
    /// Whether what it takes may be left out.
    pub(super) is_body_optional: bool,
    pub(super) query: Option<SchemaOf>,
    pub(super) answers: Vec<(u16, SchemaOf)>,
    pub(super) paged: bool,
    pub(super) changes_session: bool,
    example: Option<&'static str>,
}

impl SchemaOf {
    pub(crate) fn of<T: Described>() -> Self {
        let mut found = Vec::new();
        T::schemas(&mut found);
        found.push((name_of::<T>(), T::schema()));
        let schemas = found.into_iter().map(|(name, schema)| (name, to_json(&schema))).collect();
        Self { name: name_of::<T>(), schemas }
    }

    /// The schema itself.
    pub(super) fn own(&self) -> Value {
        self.schemas.get(&self.name).cloned().unwrap_or_default()
    }

    /// The schema itself with nothing left to look up: each reference replaced by what it points to.
    pub(super) fn whole(&self) -> Value {
        self.resolved(self.own(), 0)
    }

    fn resolved(&self, schema: Value, depth: usize) -> Value {
        /// Types that hold themselves end here.
        const DEEPEST: usize = 16;
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(REFERENCE));
        if let Some(target) = target.and_then(|name| self.schemas.get(name)) {
            return if depth < DEEPEST { self.resolved(target.clone(), depth + 1) } else { json!({}) };
        }
        match schema {
            Value::Object(members) => {
                members.into_iter().map(|(name, value)| (name, self.resolved(value, depth))).collect()
            }
            Value::Array(items) => items.into_iter().map(|item| self.resolved(item, depth)).collect(),
            other => other,
        }
    }
}

impl RouteSchemas {
    pub(crate) fn takes<T: Described>(&mut self) {
        self.takes = Some(SchemaOf::of::<T>());
    }

    pub(crate) fn may_take<T: Described>(&mut self) {
        self.takes::<T>();
        self.is_body_optional = true;
    }

    pub(crate) fn query<T: Described>(&mut self) {
        self.query = Some(SchemaOf::of::<T>());
    }

    pub(crate) fn answers<T: Described>(&mut self, status: u16) {
        self.answers.push((status, SchemaOf::of::<T>()));
    }

    pub(crate) fn paged(&mut self) {
        self.paged = true;
    }

    pub(crate) fn changes_session(&mut self) {
        self.changes_session = true;
    }

    pub(crate) fn set_example(&mut self, json: &'static str) {
        self.example = Some(json);
    }

    /// The example of its body; none when it has none or what it has is no JSON.
    pub(super) fn example(&self) -> Option<Value> {
        serde_json::from_str(self.example?).ok()
    }

    /// Whether an example stands there that no document can show: no JSON, or of a route without a JSON body.
    pub(super) fn is_example_wrong(&self) -> bool {
        self.example.is_some() && (self.takes.is_none() || self.example().is_none())
    }
}

/// A type's name with those of its parameters: `Page_Topic`. A derived name leaves the parameters out, so that two pages
/// would take each other's place.
pub(super) fn name_of<T: ToSchema + ?Sized>() -> String {
    let written = std::any::type_name::<T>();
    if !written.contains('<') {
        return T::name().into_owned();
    }
    let words = written.split(|c: char| !(c.is_alphanumeric() || "_:'".contains(c)));
    let words = words.filter(|word| !word.is_empty() && !word.starts_with('\''));
    let words: Vec<_> = words.map(|word| word.rsplit("::").next().unwrap_or(word)).collect();
    words.join("_")
}

fn to_json(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// A schema that is written as JSON here. JSON that is none is a mistake of this file and its tests show it.
fn from_json(json: Value) -> RefOr<Schema> {
    serde_json::from_value(json).unwrap_or_default()
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = format!("{REFERENCE}{}", name_of::<T>());
        from_json(json!({
            "type": "object",
            "required": ["items", "limit", "hasNext", "nextCursor"],
            "properties": {
                "items": { "type": "array", "items": { "$ref": items } },
                "limit": { "type": "integer", "minimum": 1, "maximum": 100 },
                "hasNext": { "type": "boolean" },
                "nextCursor": { "type": ["string", "null"], "description": "Give it as `cursor` to go on." },
                "total": { "type": "integer", "description": "Only with `count=true`; at most 10 000." },
                "totalIsCapped": { "type": "boolean" },
            },
        }))
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    /// A derived schema that holds a page refers to it by this name.
    fn name() -> Cow<'static, str> {
        name_of::<Self>().into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((name_of::<T>(), T::schema()));
        T::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, Uuid};

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Thing<'a> {
        id: Uuid,
        name: &'a str,
        made_at: Option<Timestamp>,
        parts: Vec<Part>,
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Part {
        weight: i64,
    }

    #[test]
    fn a_page_is_named_by_what_is_on_it() {
        let page = SchemaOf::of::<Page<Thing<'static>>>();
        assert_eq!(page.name, "Page_Thing");
        let names: Vec<_> = page.schemas.keys().map(String::as_str).collect();
        assert_eq!(names, ["Page_Thing", "Part", "Thing", "Timestamp", "Uuid"]);
        assert_eq!(page.own()["properties"]["items"]["items"]["$ref"], "#/components/schemas/Thing");
    }

    #[test]
    fn a_whole_schema_refers_to_nothing() {
        let whole = SchemaOf::of::<Thing<'static>>().whole();
        assert!(!whole.to_string().contains("$ref"));
        assert_eq!(whole["properties"]["parts"]["items"]["properties"]["weight"]["type"], "integer");
        assert_eq!(whole["properties"]["id"]["format"], "uuid");
    }
}
