//! What somebody signs up with: which fields, by which rules, and the account that they make. Keeps nothing.

use p2p_sdk::{Check, Code, Ctx, Problem, Uuid};
use serde::Deserialize;

use crate::auth::{email, password};
use crate::organizations::{self, Organization, SIZES};
use crate::users::{self, Account, UserRow};

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
    pub(super) organization_name: String,
    industry: String,
    /// startup, small, medium, large or enterprise.
    size: String,
    country: String,
    city: String,
    /// Of an invitation to an organization that exists.
    invite_token: Option<String>,
}

impl Signup {
    /// In the form in which it is kept, with everything that is wrong told at once.
    pub(super) fn checked(mut self) -> Result<Self, Problem> {
        self.email = email::normalized(&self.email);
        let check = Check::new().email("email", &self.email);
        password::check(check, &self.password)
            .text("firstName", &self.first_name, users::NAME)
            .text("lastName", &self.last_name, users::NAME)
            .text("organizationName", &self.organization_name, organizations::NAME)
            .text("industry", &self.industry, organizations::LABEL)
            .one_of("size", &self.size, SIZES)
            .text("country", &self.country, organizations::LABEL)
            .text("city", &self.city, organizations::LABEL)
            .finish()?;
        match self.invite_token {
            // Nobody can hold one yet. To ignore it would found an organization that was not wanted.
            Some(_) => Err(Problem::new(Code::TokenInvalid)),
            None => Ok(self),
        }
    }

    /// What is to be kept of it.
    pub(super) fn into_account(self, ctx: &Ctx, user_id: Uuid, domain: String) -> Account {
        let now = ctx.now();
        let organization = Organization {
            id: ctx.new_id(),
            name: self.organization_name.trim().to_owned(),
            domain,
            industry: self.industry.trim().to_owned(),
            size: self.size,
            country: self.country.trim().to_owned(),
            city: self.city.trim().to_owned(),
            logo: None,
            is_active: true,
            created_at: now,
            admin_user_id: user_id,
        };
        let mut user = UserRow::new(user_id, organization.id, self.email, now);
        user.name(&self.first_name, &self.last_name);
        "admin".clone_into(&mut user.role);
        ctx.call().language.as_str().clone_into(&mut user.language);
        Account { user, organization }
    }
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
