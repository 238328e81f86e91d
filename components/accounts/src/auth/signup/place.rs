//! Where somebody who signs up comes to belong: to an organization of their own, or to the one that invited them.

use p2p_sdk::host::SqlError;
use p2p_sdk::{Batch, Code, Ctx, Problem, Rule, Uuid, params};

use super::Signup;
use crate::auth::verification::user_verify;
use crate::invitations::{Invitation, find_open, invitation_accept};
use crate::organizations::{domain, organization_insert};
use crate::settings::Settings;
use crate::users::user_insert;

const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM users WHERE email = $1), \
    EXISTS (SELECT 1 FROM organizations WHERE domain = $2)";

const NOT_INVITED: Rule =
    Rule::Own("NOT_INVITED", "The invitation is for another address.", "الدعوة موجهة إلى بريد إلكتروني آخر.");

/// Where somebody comes to belong.
pub enum Place {
    /// To a new organization of this domain.
    Founded(String),
    /// To whoever invited them.
    Joined(Invitation),
}

impl Place {
    /// By the token of an invitation, else by the address.
    pub async fn of(ctx: &Ctx, wanted: &Signup) -> Result<Self, Problem> {
        let Some(token) = &wanted.invite_token else { return domain_of(ctx, wanted).map(Self::Founded) };
        let invitation = find_open(ctx, token).await?.ok_or_else(|| Problem::new(Code::TokenInvalid))?;
        // The token proves that mail to the invited address was read, and to no other.
        if invitation.email != wanted.email {
            return Err(Problem::invalid("email", NOT_INVITED));
        }
        Ok(Self::Joined(invitation))
    }

    /// Tells most callers before a password is hashed. Who comes between this and the commit is told by the commit.
    pub async fn refuse_taken(&self, ctx: &Ctx, email: &str) -> Result<(), Problem> {
        let domain = match self {
            Self::Founded(domain) => domain,
            Self::Joined(_) => "",
        };
        let rows = ctx.sql().query(TAKEN, &params![email, domain]).await?;
        match rows.first::<(bool, bool)>()? {
            Some((true, _)) => Err(Problem::new(Code::EmailTaken)),
            Some((_, true)) => Err(domain_taken(domain)),
            _ => Ok(()),
        }
    }

    /// All that is to be kept of a user with this id, and their organization.
    pub fn enter(&self, ctx: &Ctx, wanted: &Signup, id: Uuid) -> (Batch, Uuid) {
        match self {
            Self::Founded(domain) => {
                let organization = wanted.organization(ctx, id, domain);
                let user = wanted.user(ctx, id, organization.id, "admin");
                (user_insert(organization_insert(Batch::new(), &organization), &user), organization.id)
            }
            Self::Joined(invitation) => {
                let user = wanted.user(ctx, id, invitation.organization_id, &invitation.role);
                let batch = user_verify(user_insert(Batch::new(), &user), &user);
                (invitation_accept(batch, invitation, id), user.organization_id)
            }
        }
    }

    /// Why the commit of it was refused.
    pub fn refusal(&self, error: SqlError) -> Problem {
        if error.violates(&["users.email", "users_email_key"]) {
            return Problem::new(Code::EmailTaken);
        }
        match self {
            Self::Founded(domain)
                if error.violates(&["organizations.domain", "organizations_domain_key"]) =>
            {
                domain_taken(domain)
            }
            // Somebody else has accepted it, or it was taken back, at this very moment.
            Self::Joined(_) if matches!(error, SqlError::Stale(_)) => Problem::new(Code::TokenInvalid),
            _ => error.into(),
        }
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
    Ok(domain::generated(wanted.organization_name(), &ctx.random().bytes(domain::RANDOM_BYTES)))
}

fn domain_taken(domain: &str) -> Problem {
    Problem::new(Code::DomainTaken).detail("domain", domain)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::Actor;
    use p2p_sdk::test_host::{Answered, TestHost};
    use serde_json::{Value, json};

    use crate::auth::SIGNED_UP;
    use crate::auth::verification::VERIFIED;
    use crate::fixture::{
        PASSWORD, at_once, count, empty, execute, form_of, hear_all, layla, login, mailed_token, with,
        with_layla,
    };

    const NURA: &str = "nura@gmail.com";

    /// Layla has invited Nura; the token of the letter.
    fn invited(role: &str) -> (TestHost, Actor, String) {
        let (host, layla) = with_layla();
        let body = json!({ "email": NURA, "firstName": "Nura", "lastName": "Saleh", "role": role });
        assert_eq!(host.post("/users/invite").by(&layla).json(&body).send().status, 201);
        hear_all(&host);
        let token = mailed_token(&host);
        (host, layla, token)
    }

    fn accepting(token: &str) -> Value {
        json!({
            "email": " Nura@Gmail.com ", "password": PASSWORD, "firstName": "نورة", "lastName": "Saleh",
            "inviteToken": token,
        })
    }

    fn send(host: &TestHost, body: &Value) -> Answered {
        host.post("/auth/signup").json(body).send()
    }

    #[test]
    fn whoever_was_invited_belongs_and_is_verified_at_once() {
        let (host, layla, token) = invited("member");
        let answered = send(&host, &accepting(&token));
        assert_eq!(answered.status, 201, "{}", answered.json());
        let body = answered.json();
        let (user, organization) = (&body["user"], &body["organization"]);
        assert_eq!((&user["email"], &user["role"]), (&json!(NURA), &json!("member")));
        assert_eq!((&user["isVerified"], &user["firstName"]), (&json!(true), &json!("نورة")));
        assert_eq!(
            (&organization["id"], &organization["name"]),
            (&json!(layla.organization_id), &json!("Nakheel Dates"))
        );
        assert!(answered.header("st-access-token").unwrap().contains(r#""verified":true"#));
        assert_eq!((count(&host, "invitations"), count(&host, "organizations")), (0, 1));
        let topics = hear_all(&host);
        assert_eq!(topics, [VERIFIED, "accounts.invitation.accepted", SIGNED_UP]);
        assert_eq!(host.letters(), [], "there is nothing left to prove");
        let id = user["id"].as_str().unwrap();
        let credentials = host.host().credentials.as_ref().unwrap();
        assert_eq!(at_once(credentials.is_verified(id)), Ok(true), "the host knows it, too");
        assert_eq!(login(&host, NURA, PASSWORD).status, 200);
    }

    #[test]
    fn the_sdks_form_accepts_it_as_well() {
        let (host, layla, token) = invited("admin");
        let answered = host.post("/fdi/signup").json(&form_of(&accepting(&token))).send();
        assert_eq!(answered.json()["user"]["loginMethods"][0]["verified"], true);
        let signed_in = login(&host, NURA, PASSWORD).json();
        assert_eq!(signed_in["user"]["role"], "admin");
        assert_eq!(signed_in["organization"]["id"], json!(layla.organization_id));
    }

    #[test]
    fn a_token_is_for_one_person_once() {
        let (host, _, token) = invited("member");
        let other = send(&host, &with(accepting(&token), "email", "omar@gmail.com"));
        assert_eq!(other.wrong_fields(), [("email".to_owned(), "NOT_INVITED".to_owned())]);
        let form = form_of(&with(accepting(&token), "email", "omar@gmail.com"));
        let told = host.post("/fdi/signup").json(&form).send().json();
        let wanted = json!([{ "id": "email", "error": "The invitation is for another address." }]);
        assert_eq!(told["formFields"], wanted);
        assert_eq!(send(&host, &accepting(&token)).status, 201);
        let again = send(&host, &accepting(&token));
        assert_eq!((again.status, again.code().as_str()), (400, "TOKEN_INVALID"));
        assert_eq!(count(&host, "users"), 2);
    }

    #[test]
    fn an_expired_or_unknown_token_founds_nothing() {
        let (host, _, token) = invited("member");
        host.advance(Duration::from_secs(8 * 24 * 3600));
        assert_eq!(send(&host, &accepting(&token)).code(), "TOKEN_INVALID");
        let host = empty();
        assert_eq!(send(&host, &with(layla(), "inviteToken", "x")).code(), "TOKEN_INVALID");
        assert_eq!((count(&host, "users"), count(&host, "organizations"), host.events()), (0, 0, vec![]));
    }

    /// Between the look and the commit the invitation is taken back: nothing is left of whoever accepts.
    #[test]
    fn who_is_slower_than_the_invitations_end_is_told_by_the_commit() {
        let (host, _, token) = invited("member");
        execute(&host, "CREATE TRIGGER faster BEFORE INSERT ON users BEGIN DELETE FROM invitations; END");
        let answered = send(&host, &accepting(&token));
        assert_eq!((answered.status, answered.code().as_str()), (400, "TOKEN_INVALID"));
        assert_eq!((count(&host, "users"), count(&host, "invitations"), host.events()), (1, 1, vec![]));
        execute(&host, "DROP TRIGGER faster");
        assert_eq!(login(&host, NURA, PASSWORD).code(), "WRONG_CREDENTIALS");
        assert_eq!(send(&host, &accepting(&token)).status, 201);
    }
}
