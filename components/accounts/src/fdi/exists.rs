//! Whether an address has an account: a sign-up form asks it while somebody types.

use p2p_sdk::{Ctx, Problem, Request, Response};
use serde_json::json;

use super::form::bad_request;
use crate::auth::normalized;

/// GET emailpassword/email/exists, and its old name signup/email/exists.
pub async fn exists(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let email = request.query_pairs().into_iter().find(|(name, _)| name == "email");
    let (_, email) = email.ok_or_else(|| bad_request("Please provide the email as a GET param"))?;
    let exists = ctx.credentials().exists(&normalized(&email)).await?;
    Ok(Response::ok(&json!({ "status": "OK", "exists": exists })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::with_layla;

    #[test]
    fn both_names_answer_for_any_text() {
        let (host, _) = with_layla();
        for route in ["/fdi/emailpassword/email/exists", "/fdi/signup/email/exists"] {
            for (email, exists) in [
                ("layla@nakheel.sa", true),
                ("%20Layla%40Nakheel.SA", true),
                ("nobody@nakheel.sa", false),
                ("nonsense", false),
                ("", false),
            ] {
                let answered = host.get(&format!("{route}?email={email}")).send();
                assert_eq!(answered.status, 200);
                assert_eq!(answered.json(), json!({ "status": "OK", "exists": exists }), "{email}");
            }
            let missing = host.get(route).send();
            assert_eq!(missing.status, 400);
            assert_eq!(missing.json()["message"], "Please provide the email as a GET param");
        }
    }
}
