//! Signing up. A new organization, its administrator and their credential are all there, or none is; so are a new member
//! and their credential when an invitation is accepted.

mod form;
mod place;

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid};
use serde_json::json;

pub use form::Signup;

use super::activate::{SIGNED_UP, SignedUp, activate};
use super::session::{self, SignedIn};
use crate::users::{Account, account_by_id};
use place::Place;

/// POST /auth/signup. It needs no `Idempotency-Key`: the address can be taken only once.
pub async fn signup(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let account = signed_up(ctx, request.json::<Signup>()?.checked()?).await?;
    let opened = session::open_if_possible(ctx, &account).await;
    Ok(Response::created(&SignedIn::of(ctx, account).await).session_headers(&opened))
}

/// Makes the account of what was checked before.
pub async fn signed_up(ctx: &Ctx, wanted: Signup) -> Result<Account, Problem> {
    let place = Place::of(ctx, &wanted).await?;
    place.refuse_taken(ctx, &wanted.email).await?;
    let credential = ctx.credentials().create(&wanted.email, &wanted.password).await?;
    let user_id = match keep(ctx, &credential, wanted, place).await {
        Ok(user_id) => user_id,
        Err(problem) => {
            discard(ctx, &credential).await;
            return Err(problem);
        }
    };
    activate(ctx, user_id).await;
    let account = account_by_id(ctx, user_id).await?;
    account.ok_or_else(|| Problem::internal("an account is gone that was just made"))
}

/// Commits everything, and the event that it is there, in one transaction.
async fn keep(ctx: &Ctx, credential: &str, wanted: Signup, place: Place) -> Result<Uuid, Problem> {
    let id = credential.parse().map_err(|_| Problem::internal("the user id of a credential is no UUID"))?;
    let (batch, organization_id) = place.enter(ctx, &wanted, id);
    let event = SignedUp { user_id: id, organization_id };
    let kept = batch.event(SIGNED_UP, id, &event).commit(ctx).await;
    kept.map(|_| id).map_err(|error| place.refusal(error))
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
}
