//! A form of the protocol: what of it is no form (400, in the protocol's order and words), its fields, and how a refusal
//! of the feature is told field by field.

use std::borrow::Cow;

use p2p_sdk::{Code, FieldProblem, Language, Problem, Request, Response, Rule};
use serde::Serialize;
use serde_json::Value;

const NO_JSON: &str = "API input error: Please make sure to pass a valid JSON input in the request body";
const NO_FIELDS: &str = "Missing input param: formFields";
const NO_ARRAY: &str = "formFields must be an array";
const NO_OBJECT: &str = "All elements of formFields must be an object";
const NO_ID_OR_VALUE: &str = "All elements of formFields must contain an 'id' and 'value' field";
const EMAIL_NO_TEXT: &str = "email value must be a string";
const PASSWORD_NO_TEXT: &str = "password value must be a string";
const TOO_MANY: &str = "Are you sending too many formFields?";

const NOT_OPTIONAL: &str = "Field is not optional";
const EMAIL_TAKEN: &str = "This email already exists. Please sign in instead.";

/// A form that was read.
pub struct Form {
    body: Value,
    fields: Vec<(String, String)>,
}

/// A field and what is wrong with it.
#[derive(Serialize)]
struct FieldError<'a> {
    id: &'a str,
    error: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldErrors<'a> {
    status: &'static str,
    form_fields: Vec<FieldError<'a>>,
}

/// What no form sends: 400 in the protocol's own words, whatever the caller's language.
pub fn bad_request(text: &'static str) -> Problem {
    Problem::new(Code::Malformed).says(text, text)
}

/// The JSON body; none reads as one without members.
pub fn body(request: &Request) -> Result<Value, Problem> {
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    p2p_sdk::from_slice(&request.body).map_err(|_| bad_request(NO_JSON))
}

/// A text of the body beside the form fields.
pub fn text_of<'a>(
    body: &'a Value,
    name: &str,
    missing: &'static str,
    no_text: &'static str,
) -> Result<&'a str, Problem> {
    let value = body.get(name).ok_or_else(|| bad_request(missing))?;
    value.as_str().ok_or_else(|| bad_request(no_text))
}

impl Form {
    /// Reads a form of at most so many fields.
    pub fn read(request: &Request, most: usize) -> Result<Self, Problem> {
        let body = body(request)?;
        let raw = body.get("formFields").ok_or_else(|| bad_request(NO_FIELDS))?;
        let raw = raw.as_array().ok_or_else(|| bad_request(NO_ARRAY))?;
        let fields = raw.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        if fields.len() > most { Err(bad_request(TOO_MANY)) } else { Ok(Self { body, fields }) }
    }

    /// What came beside the fields.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// The value of a field; empty when it is not there.
    pub fn value(&self, id: &str) -> &str {
        let found = self.fields.iter().find(|(found, _)| found == id);
        found.map_or("", |(_, value)| value)
    }

    /// The value of a field that may be left out.
    pub fn given(&self, id: &str) -> Option<String> {
        Some(self.value(id)).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// What the protocol tells field by field; anything else stays the problem that it is.
    pub fn refusal(&self, problem: Problem) -> Result<Response, Problem> {
        let mut errors = Vec::new();
        match problem.code() {
            Code::Validation => {
                for wrong in problem.wrong_fields() {
                    let error = FieldError { id: &wrong.field, error: self.words(wrong) };
                    // The protocol's default form begins with the password.
                    let place = if error.id == "password" { 0 } else { errors.len() };
                    errors.insert(place, error);
                }
            }
            Code::EmailTaken => errors.push(FieldError { id: "email", error: EMAIL_TAKEN.into() }),
            code @ (Code::DomainTaken | Code::EmailDomainBlocked) => {
                errors.push(FieldError { id: "email", error: code.message(Language::En).into() });
            }
            code @ Code::TokenInvalid => {
                errors.push(FieldError { id: "inviteToken", error: code.message(Language::En).into() });
            }
            _ => return Err(problem),
        }
        Ok(Response::ok(&FieldErrors { status: "FIELD_ERROR", form_fields: errors }))
    }

    fn words(&self, wrong: &FieldProblem) -> Cow<'static, str> {
        match (&*wrong.field, &wrong.rule) {
            (id, _) if self.value(id).is_empty() => NOT_OPTIONAL.into(),
            (_, Rule::Required) => NOT_OPTIONAL.into(),
            ("email", Rule::Email) => "Email is invalid".into(),
            ("password", Rule::TooShort(_)) => {
                "Password must contain at least 8 characters, including a number".into()
            }
            ("password", Rule::TooLong(_)) => "Password's length must be lesser than 100 characters".into(),
            (_, Rule::Own("NO_LETTER", ..)) => "Password must contain at least one alphabet".into(),
            (_, Rule::Own("NO_DIGIT", ..)) => "Password must contain at least one number".into(),
            (_, Rule::Own(_, sentence, _)) => (*sentence).into(),
            (_, rule) => format!("This field {}", rule.message(Language::En)).into(),
        }
    }
}

/// One element of the form. Texts of fields that are ours may come as any JSON; as such they break the field's rule, where
/// dropping them would pass for a field left out.
fn field(raw: &Value) -> Result<(String, String), Problem> {
    if !raw.is_object() && !raw.is_array() {
        return Err(bad_request(NO_OBJECT));
    }
    let (Some(Value::String(id)), Some(value)) = (raw.get("id"), raw.get("value")) else {
        return Err(bad_request(NO_ID_OR_VALUE));
    };
    let text = match (id.as_str(), value) {
        ("email", Value::String(text)) => text.trim().to_owned(),
        (_, Value::String(text)) => text.clone(),
        ("email", _) => return Err(bad_request(EMAIL_NO_TEXT)),
        ("password", _) => return Err(bad_request(PASSWORD_NO_TEXT)),
        (_, Value::Null) => String::new(),
        (_, other) => other.to_string(),
    };
    Ok((id.clone(), text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{PASSWORD, empty};

    fn told(body: &[u8]) -> (u16, String) {
        let answered = empty().post("/fdi/signin").body(body).send();
        (answered.status, answered.json()["message"].as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn what_is_no_form_is_told_in_the_protocols_order_and_words() {
        let email = json!({ "id": "email", "value": "layla" });
        let password = json!({ "id": "password", "value": PASSWORD });
        for (form, text) in [
            (json!({}), "Missing input param: formFields"),
            (json!([]), "Missing input param: formFields"),
            (json!({ "formFields": null }), "formFields must be an array"),
            (json!({ "formFields": {} }), "formFields must be an array"),
            (json!({ "formFields": [null, { "id": 7 }] }), "All elements of formFields must be an object"),
            (json!({ "formFields": ["x"] }), "All elements of formFields must be an object"),
            (
                json!({ "formFields": [[]] }),
                "All elements of formFields must contain an 'id' and 'value' field",
            ),
            (
                json!({ "formFields": [{ "id": 7, "value": "x" }, null] }),
                "All elements of formFields must contain an 'id' and 'value' field",
            ),
            (
                json!({ "formFields": [{ "id": "email" }] }),
                "All elements of formFields must contain an 'id' and 'value' field",
            ),
            (json!({ "formFields": [{ "id": "email", "value": null }] }), "email value must be a string"),
            (json!({ "formFields": [{ "id": "password", "value": 7 }] }), "password value must be a string"),
            (
                json!({ "formFields": [email, password, { "id": "more", "value": null }] }),
                "Are you sending too many formFields?",
            ),
        ] {
            let told = told(form.to_string().as_bytes());
            assert_eq!((told.0, told.1.as_str()), (400, text), "{form}");
        }
        assert_eq!((told(b"{").0, told(b"{").1.as_str()), (400, NO_JSON));
        assert_eq!(told(b"").1, "Missing input param: formFields");
    }

    #[test]
    fn the_words_are_the_protocols_in_every_language() {
        let arabic = empty().post("/fdi/signin").language(Language::Ar).send();
        assert_eq!(arabic.json()["message"], "Missing input param: formFields");
        assert_eq!(arabic.json()["error_code"], "MALFORMED");
    }
}
