//! Letters with a link in them. The host fills in the templates of `mail/`, in the receiver's language.

use p2p_sdk::{Ctx, Problem};
use serde_json::json;

use crate::settings::Settings;
use crate::users::Account;

/// Where a page of the tenant's website takes a token, as the browser SDKs read it: a path, unless the tenant says where
/// its website is. The host knows that of paths.
pub fn link(ctx: &Ctx, page: &str, token: &str) -> Result<String, Problem> {
    let website = ctx.settings::<Settings>()?.website_url;
    Ok(format!("{}/auth/{page}?token={token}&tenantId=public", website.trim_end_matches('/')))
}

/// Queues the letter that brings somebody a token. Page and template have one name.
pub async fn send(ctx: &Ctx, account: &Account, page: &str, token: &str) -> Result<(), Problem> {
    let user = &account.user;
    let values = json!({ "firstName": user.first_name, "link": link(ctx, page, token)? });
    ctx.mail().queue(&user.id.to_string(), page, values.to_string().into_bytes()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::auth::activate::SIGNED_UP;
    use crate::fixture::{empty, hear_signed_up, with_layla};

    #[test]
    fn it_is_for_the_user_and_links_to_the_website() {
        let (host, layla) = with_layla();
        hear_signed_up(&host, &layla);
        let letters = host.letters();
        assert_eq!((letters.len(), letters[0].template.as_str()), (1, "verify-email"));
        assert_eq!((&letters[0].to, &letters[0].language), (&layla.user_id.to_string(), &None));
        assert_eq!(letters[0].values["firstName"], "Layla");
        let link = letters[0].values["link"].as_str().unwrap();
        assert!(link.starts_with("/auth/verify-email?token="), "{link}");
        assert!(link.ends_with("&tenantId=public"), "{link}");
    }

    #[test]
    fn a_tenant_says_where_its_website_is() {
        let host = empty().with_settings(&json!({ "websiteUrl": "https://p2p.example.sa/" }));
        let answered = host.post("/auth/signup").json(&crate::fixture::layla()).send();
        let id = answered.json()["user"]["id"].clone();
        let told = json!({ "userId": id, "organizationId": answered.json()["organization"]["id"] });
        assert_eq!(host.hear(host.new_id(), SIGNED_UP, "x", &told), Ok(()));
        let link = host.letters()[0].values["link"].as_str().unwrap().to_owned();
        assert!(link.starts_with("https://p2p.example.sa/auth/verify-email?token="), "{link}");
    }
}
