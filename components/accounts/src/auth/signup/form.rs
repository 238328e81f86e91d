//! What somebody signs up with: which fields, by which rules, and the account that they make. Keeps nothing.

use p2p_sdk::{Check, Ctx, Problem, Rule, Uuid};
use serde::Deserialize;

use crate::auth::{email, password};
use crate::organizations::{self, Organization, SIZES};
use crate::users::{self, UserRow};

/// Who signs up, and for which organization.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Signup {
    /// Its domain becomes the organization's.
    pub(super) email: String,
    /// 8 to 99 characters, with a letter and a digit.
    pub(super) password: String,
    first_name: String,
    last_name: String,
    /// This and what follows of the organization: required, but for an invitation.
    organization_name: Option<String>,
    industry: Option<String>,
    /// startup, small, medium, large or enterprise.
    size: Option<String>,
    country: Option<String>,
    city: Option<String>,
    /// Of an invitation to an organization that exists. The address is then the invited one.
    pub(super) invite_token: Option<String>,
}

impl Signup {
    /// From a form whose fields have these names.
    pub fn of_form(value: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| value(name).unwrap_or_default();
        Self {
            email: text("email"),
            password: text("password"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            organization_name: value("organizationName"),
            industry: value("industry"),
            size: value("size"),
            country: value("country"),
            city: value("city"),
            invite_token: value("inviteToken"),
        }
    }

    /// In the form in which it is kept, with everything that is wrong told at once.
    pub fn checked(mut self) -> Result<Self, Problem> {
        self.email = email::normalized(&self.email);
        let check = Check::new().email("email", &self.email);
        let check = password::check(check, "password", &self.password)
            .text("firstName", &self.first_name, users::NAME)
            .text("lastName", &self.last_name, users::NAME);
        let check = if self.invite_token.is_none() { self.check_organization(check) } else { check };
        check.finish()?;
        Ok(self)
    }

    pub(super) fn organization_name(&self) -> &str {
        given(&self.organization_name)
    }

    /// The organization of somebody who founds one.
    pub(super) fn organization(&self, ctx: &Ctx, admin_user_id: Uuid, domain: &str) -> Organization {
        Organization {
            id: ctx.new_id(),
            name: given(&self.organization_name).to_owned(),
            domain: domain.to_owned(),
            industry: given(&self.industry).to_owned(),
            size: given(&self.size).to_owned(),
            country: given(&self.country).to_owned(),
            city: given(&self.city).to_owned(),
            logo: None,
            is_active: true,
            created_at: ctx.now(),
            admin_user_id,
        }
    }

    /// The user, in whichever organization.
    pub(super) fn user(&self, ctx: &Ctx, id: Uuid, organization_id: Uuid, role: &str) -> UserRow {
        let mut user = UserRow::new(id, organization_id, self.email.clone(), ctx.now());
        user.name(&self.first_name, &self.last_name);
        role.clone_into(&mut user.role);
        ctx.call().language.as_str().clone_into(&mut user.language);
        user
    }

    fn check_organization(&self, check: Check) -> Check {
        let label = |check: Check, field: &'static str, value: &Option<String>| {
            check.text(field, given(value), organizations::LABEL)
        };
        let (size, name) = (given(&self.size), given(&self.organization_name));
        let check = check.text("organizationName", name, organizations::NAME);
        let check = label(check, "industry", &self.industry);
        let check = match size {
            "" => check.that(false, "size", Rule::Required),
            size => check.one_of("size", size, SIZES),
        };
        label(label(check, "country", &self.country), "city", &self.city)
    }
}

/// Without blanks around it, as it is kept; empty when it is absent.
fn given(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Answered, TestHost};
    use p2p_sdk::{Language, Params};
    use serde_json::{Value, json};

    use crate::fixture::{EMAIL, PASSWORD, count, empty, layla, login, with};

    fn send(host: &TestHost, body: &Value) -> Answered {
        host.post("/auth/signup").json(body).send()
    }

    #[test]
    fn every_field_is_checked_before_anything_is_made() {
        let host = empty();
        let long = "ن".repeat(201);
        for (field, value, code) in [
            ("email", "layla", "EMAIL"),
            ("email", "", "EMAIL"),
            ("email", "layla@nakheel.sa\u{0}x", "EMAIL"),
            ("password", "short1", "TOO_SHORT"),
            ("password", "nodigitshere", "NO_DIGIT"),
            ("firstName", "  ", "REQUIRED"),
            ("firstName", "Lay\u{0}la", "CHARACTERS"),
            ("lastName", &long, "TOO_LONG"),
            ("organizationName", "N\u{0}kheel", "CHARACTERS"),
            ("organizationName", "N", "TOO_SHORT"),
            ("industry", "", "REQUIRED"),
            ("size", "huge", "CHOICE"),
            ("country", "S\u{7f}A", "CHARACTERS"),
            ("city", &long, "TOO_LONG"),
        ] {
            let answered = send(&host, &with(layla(), field, value));
            assert_eq!(answered.status, 422, "{field} {value:?}");
            assert_eq!(answered.wrong_fields(), [(field.to_owned(), code.to_owned())]);
        }
        assert_eq!((count(&host, "users"), login(&host, EMAIL, PASSWORD).status), (0, 400));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let host = empty();
        let body = with(with(layla(), "size", "huge"), "password", "");
        let fields: Vec<_> = send(&host, &body).wrong_fields().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["password", "size"]);
        let mut body = layla();
        body.as_object_mut().unwrap().remove("city");
        assert_eq!(send(&host, &body).wrong_fields(), [("city".to_owned(), "REQUIRED".to_owned())]);
        assert_eq!(host.post("/auth/signup").body(b"{").send().code(), "MALFORMED");
    }

    #[test]
    fn arabic_and_engineering_text_survive() {
        let host = empty();
        let body = with(layla(), "firstName", " ليلى ");
        let body = with(with(body, "lastName", "الحربي"), "organizationName", "مصنع <النخيل> & أبناؤه");
        let answered = host.post("/auth/signup").language(Language::Ar).json(&body).send();
        let body = answered.json();
        assert_eq!((&body["user"]["firstName"], &body["user"]["language"]), (&json!("ليلى"), &json!("ar")));
        let signed_in = login(&host, EMAIL, PASSWORD).json();
        assert_eq!(signed_in["user"]["lastName"], "الحربي");
        assert_eq!(signed_in["organization"]["name"], "مصنع <النخيل> & أبناؤه");
        let rows = host.query("SELECT name, search_name FROM directory_users", &Params::new());
        let shown = rows.first::<(String, String)>().unwrap().unwrap();
        assert_eq!(shown, ("ليلى الحربي".to_owned(), "ليلى الحربي".to_owned()));
    }
}
