//! Reads a JSON body, and says which field is wrong when it does not fit.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::place::path_at;
use crate::problem::{Code, Problem, Rule};
use p2p_values::text_form::WRONG_FORM;

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    match p2p_values::from_slice(body) {
        // A list of the members' values would be read as well. No body is meant to be one.
        Ok(_) if begins_list(body) => Err(Problem::invalid("", Rule::Type)),
        read => read.map_err(|error| problem(body, &error)),
    }
}

fn begins_list(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'[')
}

#[cold]
fn problem(body: &[u8], error: &serde_json::Error) -> Problem {
    if let Err(error) = str::from_utf8(body) {
        let text = body.get(..error.valid_up_to()).unwrap_or_default();
        let (lines, last) =
            text.split(|byte| *byte == b'\n').fold((0, 0), |(lines, _), line| (lines + 1, line.len()));
        return malformed(lines, last + 1);
    }
    match error.classify() {
        Category::Data => {
            let path = path_at(body, error.line(), error.column());
            let (field, rule) = place(path, &error.to_string());
            Problem::invalid(field, rule)
        }
        Category::Syntax | Category::Eof | Category::Io => malformed(error.line(), error.column()),
    }
}

fn malformed(line: usize, column: usize) -> Problem {
    Problem::new(Code::Malformed).detail("line", line).detail("column", column)
}

/// The field and the rule behind serde's words. The words themselves stay inside: they are no API, and English.
pub(super) fn place(path: String, message: &str) -> (String, Rule) {
    let named = |prefix: &str| message.strip_prefix(prefix)?.split('`').next();
    if let Some(name) = named("missing field `") {
        let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        return (field, Rule::Required);
    }
    let rule = if message.starts_with(WRONG_FORM) || message.starts_with("unknown variant") {
        Rule::Form
    } else {
        Rule::Type
    };
    (path, rule)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::Uuid;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct NewTopic {
        title: String,
        #[serde(default)]
        tags: Vec<String>,
        parent: Option<Uuid>,
        #[serde(default, deserialize_with = "crate::members")]
        place: Option<Place>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Place {
        #[expect(dead_code, reason = "only its absence matters")]
        city_name: String,
    }

    fn wrong(body: &str) -> (String, &'static str) {
        let problem = read::<NewTopic>(body.as_bytes()).unwrap_err();
        let found = &problem.wrong_fields()[0];
        (found.field.to_string(), found.rule.code())
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (body, field, code) in [
            (r#"{}"#, "title", "REQUIRED"),
            (r#"{"title":5}"#, "title", "TYPE"),
            (r#"{"title":"a","tags":["b",7]}"#, "tags[1]", "TYPE"),
            (r#"{"title":"a","parent":"x"}"#, "parent", "FORM"),
            (r#"{"title":["a"]}"#, "title", "TYPE"),
            (r#"{"title": {"a":1}}"#, "title", "TYPE"),
            (r#"{"title":null}"#, "title", "TYPE"),
            ("{\"title\":\n  true}", "title", "TYPE"),
            (r#"{"title":"a","tags":[[]]}"#, "tags[0]", "TYPE"),
            (r#"{"title":"a","place":"x"}"#, "place", "TYPE"),
            (r#"{"title":"a","place":["x"]}"#, "place", "TYPE"),
            (r#"{"title":"a","place":{}}"#, "place.cityName", "REQUIRED"),
            (r#"[]"#, "", "TYPE"),
            (r#" ["a",[],null,null]"#, "", "TYPE"),
        ] {
            assert_eq!(wrong(body), (field.to_owned(), code), "{body}");
        }
    }

    #[test]
    fn no_json_is_malformed() {
        for body in ["", "{", "nonsense", r#"{"title":"a"} trailing"#, "\"\u{0}\""] {
            assert_eq!(read::<NewTopic>(body.as_bytes()).unwrap_err().code(), Code::Malformed, "{body}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_malformed_wherever_they_stand() {
        let body = b"{\"title\":\"a\",\n \"more\":\"\xff\"}";
        let problem = read::<NewTopic>(body).unwrap_err();
        assert_eq!(problem.code(), Code::Malformed);
        let told: serde_json::Value =
            serde_json::from_slice(&problem.into_response(crate::Language::En).body).unwrap();
        assert_eq!((&told["details"]["line"], &told["details"]["column"]), (&2.into(), &10.into()));
    }

    #[test]
    fn unknown_fields_are_ignored() {
        let topic: NewTopic = read(br#"{"title":"a","more":[1]}"#).unwrap();
        assert_eq!(
            (topic.title.as_str(), topic.tags.len(), topic.parent, topic.place.is_none()),
            ("a", 0, None, true)
        );
    }
}
