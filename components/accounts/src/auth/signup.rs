//! Signing up: an organization, its administrator and their credential are all there, or none is.

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Check, Code, Ctx, Problem, Request, Response, Uuid, params};
use serde::Deserialize;
use serde_json::json;

use super::activate::{SIGNED_UP, SignedUp, activate};
use super::session::{self, SignedIn};
use super::{email, password};
use crate::organizations::{self, Organization, SIZES, domain, organization_insert};
use crate::settings::Settings;
use crate::users::{self, Account, UserRow, user_insert};

const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE email = $1), \
    EXISTS (SELECT 1 FROM organizations WHERE domain = $2)";

/// Who signs up, and for which organization.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Signup {
    /// Its domain becomes the organization's.
    email: String,
    /// 8 to 99 characters, with a letter and a digit.
    password: String,
    first_name: String,
    last_name: String,
    organization_name: String,
    industry: String,
    /// startup, small, medium, large or enterprise.
    size: String,
    country: String,
    city: String,
    /// Of an invitation to an organization that exists.
    invite_token: Option<String>,
}

/// POST /auth/signup. It needs no `Idempotency-Key`: the address can be taken only once.
pub async fn signup(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = request.json::<Signup>()?.checked()?;
    let domain = domain_of(ctx, &wanted)?;
    refuse_taken(ctx, &wanted.email, &domain).await?;
    let user_id = ctx.credentials().create(&wanted.email, &wanted.password).await?;
    let account = match found(ctx, &user_id, wanted, domain).await {
        Ok(account) => account,
        Err(problem) => {
            discard(ctx, &user_id).await;
            return Err(problem);
        }
    };
    activate(ctx, account.user.id).await;
    answer(ctx, account).await
}

impl Signup {
    /// In the form in which it is kept, with everything that is wrong told at once.
    fn checked(mut self) -> Result<Self, Problem> {
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

    fn into_account(self, ctx: &Ctx, user_id: Uuid, domain: String) -> Account {
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

fn domain_of(ctx: &Ctx, wanted: &Signup) -> Result<String, Problem> {
    let domain = domain::of_email(&wanted.email);
    if !domain::is_free_mail(domain) {
        return Ok(domain.to_owned());
    }
    if !ctx.settings::<Settings>()?.allow_free_mail {
        return Err(Problem::new(Code::EmailDomainBlocked).detail("domain", domain));
    }
    Ok(domain::generated(&wanted.organization_name, &ctx.random().bytes(domain::RANDOM_BYTES)))
}

/// Tells most callers before a password is hashed. Who comes between this and the commit is told by the commit.
async fn refuse_taken(ctx: &Ctx, email: &str, domain: &str) -> Result<(), Problem> {
    let rows = ctx.sql().query(TAKEN, &params![email, domain]).await?;
    match rows.first::<(bool, bool)>()? {
        Some((true, _)) => Err(Problem::new(Code::EmailTaken)),
        Some((_, true)) => Err(domain_taken(domain)),
        _ => Ok(()),
    }
}

/// Commits organization, user and the event that they are there, in one transaction.
async fn found(ctx: &Ctx, user_id: &str, wanted: Signup, domain: String) -> Result<Account, Problem> {
    let user_id = user_id.parse().map_err(|_| Problem::internal("the user id of a credential is no UUID"))?;
    let account = wanted.into_account(ctx, user_id, domain);
    let event = SignedUp { user_id, organization_id: account.organization.id };
    let batch = user_insert(organization_insert(Batch::new(), &account.organization), &account.user);
    match batch.event(SIGNED_UP, user_id, &event).commit(ctx).await {
        Ok(_) => Ok(account),
        Err(error) => Err(refusal(error, &account.organization.domain)),
    }
}

fn refusal(error: SqlError, domain: &str) -> Problem {
    if error.violates(&["users.email", "users_email_key"]) {
        Problem::new(Code::EmailTaken)
    } else if error.violates(&["organizations.domain", "organizations_domain_key"]) {
        domain_taken(domain)
    } else {
        error.into()
    }
}

fn domain_taken(domain: &str) -> Problem {
    Problem::new(Code::DomainTaken).detail("domain", domain)
}

/// A pending credential that stays behind blocks nobody, and the host clears it within the hour.
async fn discard(ctx: &Ctx, user_id: &str) {
    if let Err(error) = ctx.credentials().discard(user_id).await {
        ctx.warn(
            "a pending credential stays behind",
            &json!({ "userId": user_id, "cause": error.to_string() }),
        );
    }
}

/// The account stands whether or not a session can be opened right now; without one the caller signs in.
async fn answer(ctx: &Ctx, account: Account) -> Result<Response, Problem> {
    let opened = session::open(ctx, &account).await;
    let response = Response::created(&SignedIn::of(ctx, account).await);
    match opened {
        Ok(issued) => Ok(response.session_headers(&issued.headers)),
        Err(error) => {
            ctx.warn("signed up without a session", &json!({ "cause": error.to_string() }));
            Ok(response)
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::host::CredentialError;
    use p2p_sdk::test_host::{Answered, TestHost};
    use p2p_sdk::{Language, Params};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{EMAIL, PASSWORD, at_once, count, empty, execute, layla, login, with, with_layla};

    fn send(host: &TestHost, body: &Value) -> Answered {
        host.post("/auth/signup").json(body).send()
    }

    /// Nobody is there, and nobody was told of anybody.
    fn assert_nothing_happened(host: &TestHost) {
        assert_eq!((count(host, "organizations"), count(host, "users")), (0, 0));
        assert_eq!(host.events(), []);
        assert_eq!(login(host, EMAIL, PASSWORD).code(), "WRONG_CREDENTIALS");
    }

    #[test]
    fn an_organization_its_administrator_and_a_session() {
        let host = empty();
        let answered = send(&host, &layla());
        assert_eq!(answered.status, 201);
        let (body, now) = (answered.json(), host.now());
        let (user, organization) = (&body["user"], &body["organization"]);
        let wanted = json!({
            "id": user["id"], "email": EMAIL, "firstName": "Layla", "lastName": "Al Harbi", "role": "admin",
            "organizationId": organization["id"], "expertiseTags": [], "language": "en", "isActive": true,
            "isVerified": false, "createdAt": now,
        });
        assert_eq!(*user, wanted);
        let wanted = json!({
            "id": organization["id"], "name": "Nakheel Dates", "domain": "nakheel.sa", "industry": "Food",
            "size": "medium", "country": "SA", "city": "Qassim", "isActive": true, "createdAt": now,
            "adminUserId": user["id"],
        });
        assert_eq!(*organization, wanted);
        let token = answered.header("st-access-token").unwrap();
        for claim in [r#""role":"admin""#, r#""platformAdmin":false"#, r#""verified":false"#] {
            assert!(token.contains(claim), "{token}");
        }
        assert!(token.contains(organization["id"].as_str().unwrap()));
        assert_eq!(login(&host, EMAIL, PASSWORD).status, 200);
    }

    #[test]
    fn the_event_comes_with_the_commit() {
        let host = empty();
        let body = send(&host, &layla()).json();
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, SIGNED_UP));
        assert_eq!(events[0].key, body["user"]["id"].as_str().unwrap());
        let told: SignedUp = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(told.organization_id.to_string(), body["organization"]["id"].as_str().unwrap());
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
        assert_nothing_happened(&host);
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

    #[test]
    fn an_address_is_taken_in_every_spelling() {
        let (host, _) = with_layla();
        for email in [EMAIL, "LAYLA@Nakheel.SA", "  layla@nakheel.sa "] {
            let answered = send(&host, &with(layla(), "email", email));
            assert_eq!((answered.status, answered.code().as_str()), (409, "EMAIL_TAKEN"), "{email}");
        }
        assert_eq!((count(&host, "users"), host.events().len()), (1, 0));
    }

    #[test]
    fn a_domain_belongs_to_one_organization() {
        let (host, _) = with_layla();
        let answered = send(&host, &with(layla(), "email", "omar@nakheel.sa"));
        assert_eq!((answered.status, answered.code().as_str()), (409, "DOMAIN_TAKEN"));
        assert_eq!(answered.json()["details"]["domain"], "nakheel.sa");
        assert_eq!(login(&host, "omar@nakheel.sa", PASSWORD).code(), "WRONG_CREDENTIALS");
    }

    /// Between the look and the commit somebody else is faster: the commit refuses, and nothing is left of the slower one.
    #[test]
    fn who_is_slower_is_told_by_the_commit() {
        const OTHER: &str = "x'00000000000000000000000000000001'";
        let organization = |domain: &str| {
            format!(
                "INSERT INTO organizations (id, name, domain, industry, size, country, city, admin_user_id, created_at) \
                 VALUES ({OTHER}, 'Other', {domain}, 'Food', 'small', 'SA', 'Riyadh', {OTHER}, 0);"
            )
        };
        let user = format!(
            "INSERT INTO users (id, organization_id, email, first_name, last_name, search_name, role, created_at) \
             VALUES ({OTHER}, {OTHER}, '{EMAIL}', 'Other', 'One', 'other one', 'admin', 0);"
        );
        for (faster, code) in [
            (organization("NEW.domain"), "DOMAIN_TAKEN"),
            (organization("'other.sa'") + &user, "EMAIL_TAKEN"),
        ] {
            let host = empty();
            execute(
                &host,
                &format!(
                    "CREATE TRIGGER faster BEFORE INSERT ON organizations WHEN NEW.name <> 'Other' BEGIN {faster} END"
                ),
            );
            let answered = send(&host, &layla());
            assert_eq!((answered.status, answered.code().as_str()), (409, code));
            execute(&host, "DROP TRIGGER faster");
            assert_nothing_happened(&host);
        }
    }

    #[test]
    fn a_commit_that_fails_leaves_nothing_and_blocks_nobody() {
        // Two hosts make the same ids in the same order: this is the one that the first credential gets.
        let id = empty().new_id();
        assert_eq!(send(&empty(), &layla()).json()["user"]["id"], json!(id));
        let host = empty();
        execute(
            &host,
            "CREATE TRIGGER full BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'no space left'); END",
        );
        let answered = send(&host, &layla());
        assert_eq!((answered.status, answered.code().as_str()), (503, "FEATURE_UNAVAILABLE"));
        let credentials = host.host().credentials.as_ref().unwrap();
        assert_eq!(
            at_once(credentials.activate(&id.to_string())),
            Err(CredentialError::Missing),
            "it was discarded"
        );
        execute(&host, "DROP TRIGGER full");
        assert_nothing_happened(&host);
        assert_eq!(send(&host, &layla()).status, 201);
    }

    #[test]
    fn free_mail_is_for_tenants_that_allow_it() {
        let host = empty();
        let body = with(layla(), "email", "layla@gmail.com");
        let answered = send(&host, &body);
        assert_eq!((answered.status, answered.code().as_str()), (400, "EMAIL_DOMAIN_BLOCKED"));
        assert_nothing_happened(&host);

        let host = empty().with_settings(&json!({ "allowFreeMail": true }));
        let domain = |answered: Value| answered["organization"]["domain"].as_str().unwrap().to_owned();
        let first = domain(send(&host, &body).json());
        let second = domain(send(&host, &with(body, "email", "omar@gmail.com")).json());
        assert!(
            first.starts_with("nakheel-dates-") && !first.contains('.') && first != second,
            "{first} {second}"
        );
    }

    #[test]
    fn an_invitation_that_nobody_sent_founds_nothing() {
        let host = empty();
        assert_eq!(send(&host, &with(layla(), "inviteToken", "x")).code(), "TOKEN_INVALID");
        assert_nothing_happened(&host);
    }
}
