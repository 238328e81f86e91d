//! Signing up: an organization, its administrator and their credential are all there, or none is.

mod form;

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Code, Ctx, Problem, Request, Response, params};
use serde_json::json;

pub use form::Signup;

use super::activate::{SIGNED_UP, SignedUp, activate};
use super::session::{self, SignedIn};
use crate::organizations::{domain, organization_insert};
use crate::settings::Settings;
use crate::users::{Account, user_insert};

const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE email = $1), \
    EXISTS (SELECT 1 FROM organizations WHERE domain = $2)";

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
