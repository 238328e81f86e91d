//! What is asked of the core about tokens that travel by mail. One function per call, no decisions.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::Fault;
use super::answer::Answer;
use super::client::CoreClient;
use super::people::Person;
use crate::identity::{IdentityCall, Proven};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Used {
    user_id: String,
    email: String,
}

/// A token that sets a new password; none when the core does not know the user.
pub async fn reset_token(
    core: &CoreClient,
    call: &IdentityCall,
    person: &Person,
) -> Result<Option<String>, Fault> {
    let body = json!({"userId": person.id, "email": person.email});
    let answer = core.post(call, "/public/recipe/user/password/reset/token", body).await?;
    token(&answer, "UNKNOWN_USER_ID_ERROR")
}

/// Uses such a token up; none when it is no good.
pub async fn use_reset_token(
    core: &CoreClient,
    call: &IdentityCall,
    token: &str,
) -> Result<Option<Proven>, Fault> {
    let body = json!({"token": token});
    let answer = core.post(call, "/public/recipe/user/password/reset/token/consume", body).await?;
    used(&answer, "RESET_PASSWORD_INVALID_TOKEN_ERROR")
}

/// A token that verifies an address; none when it is verified already.
pub async fn verification_token(
    core: &CoreClient,
    call: &IdentityCall,
    (user, email): (Uuid, &str),
) -> Result<Option<String>, Fault> {
    let body = json!({"userId": user, "email": email});
    let answer = core.post(call, "/public/recipe/user/email/verify/token", body).await?;
    token(&answer, "EMAIL_ALREADY_VERIFIED_ERROR")
}

/// Verifies an address by such a token; none when it is no good.
pub async fn use_verification_token(
    core: &CoreClient,
    call: &IdentityCall,
    token: &str,
) -> Result<Option<Proven>, Fault> {
    let body = json!({"method": "token", "token": token});
    let answer = core.post(call, "/public/recipe/user/email/verify", body).await?;
    used(&answer, "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR")
}

fn token(answer: &Answer, refusal: &str) -> Result<Option<String>, Fault> {
    match answer.status() {
        "OK" => answer.text("token").map(|token| Some(token.to_owned())).ok_or_else(|| answer.strange()),
        status if status == refusal => Ok(None),
        _ => Err(answer.strange()),
    }
}

fn used(answer: &Answer, refusal: &str) -> Result<Option<Proven>, Fault> {
    match answer.status() {
        "OK" => {
            let Used { user_id, email } = answer.read()?;
            Ok(Uuid::parse_str(&user_id).ok().map(|user| Proven { user, email }))
        }
        status if status == refusal => Ok(None),
        _ => Err(answer.strange()),
    }
}
