//! Somebody else's profile: all of it for colleagues, a card for everybody else.

use std::slice;

use p2p_sdk::{Actor, Ctx, Problem, Request, Response, Uuid};
use serde::Serialize;

use super::account::{Account, account_by_id};
use super::user::{User, render_bios};
use crate::pictures::Picture;

const FORMER: &str = "Former member";

/// A user, as far as the caller may know them.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub enum Profile {
    /// Of the caller's organization.
    Colleague(Box<User>),
    /// Of another one.
    Card(Box<Card>),
}

/// What everybody may know of somebody. Of people who left only the id is told.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = UserCard))]
pub struct Card {
    id: Uuid,
    /// `Former member` for people who left.
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<Picture>,
    /// Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    bio: Option<String>,
    /// The bio, safe to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    bio_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    expertise_tags: Vec<String>,
    is_active: bool,
    is_verified: bool,
    #[cfg_attr(feature = "describe", schema(required))]
    organization: Option<Employer>,
}

/// Where they belong.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = UserCardOrganization))]
struct Employer {
    id: Uuid,
    name: String,
}

/// GET /users/{id}
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let account = account_by_id(ctx, request.id("id")?).await?.ok_or_else(Problem::not_found)?;
    if knows(actor, &account) {
        let version = account.user.version;
        let user = User::of(ctx, &account.user).await;
        return Ok(Response::ok(&Profile::Colleague(Box::new(user))).etag(version));
    }
    Ok(Response::ok(&Profile::Card(Box::new(card(ctx, account).await))))
}

fn knows(actor: &Actor, account: &Account) -> bool {
    actor.platform_admin || actor.organization_id == Some(account.user.organization_id)
}

async fn card(ctx: &Ctx, account: Account) -> Card {
    let Account { user, organization } = account;
    if !user.is_active {
        return Card { id: user.id, name: FORMER.to_owned(), ..Card::default() };
    }
    let bio_html = render_bios(ctx, slice::from_ref(&user)).await.pop().flatten();
    Card {
        id: user.id,
        name: format!("{} {}", user.first_name, user.last_name),
        title: user.title,
        avatar: user.avatar,
        bio: user.bio,
        bio_html,
        location: user.location,
        expertise_tags: user.expertise_tags.0,
        is_active: true,
        is_verified: user.is_verified,
        organization: Some(Employer { id: organization.id, name: organization.name }),
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};
    use serde_json::json;

    use crate::fixture::{EMAIL, execute, with_layla};

    #[test]
    fn colleagues_and_platform_admins_see_all() {
        let (host, layla) = with_layla();
        let path = format!("/users/{}", layla.user_id);
        let platform_admin = Actor { platform_admin: true, ..host.person(Role::Member) };
        for actor in [&layla, &host.colleague(&layla, Role::Member), &platform_admin] {
            let answered = host.get(&path).by(actor).send();
            assert_eq!((answered.status, answered.header("etag")), (200, Some("\"1\"")));
            assert_eq!(
                (&answered.json()["email"], &answered.json()["role"]),
                (&json!(EMAIL), &json!("admin"))
            );
        }
        execute(&host, "UPDATE users SET is_active = 0");
        assert_eq!(host.get(&path).by(&layla).send().json()["isActive"], false);
    }

    #[test]
    fn others_see_a_card_without_an_address() {
        let (host, layla) = with_layla();
        execute(&host, "UPDATE users SET title = 'Owner', bio = 'b', expertise_tags = '[\"dates\"]'");
        let stranger = host.person(Role::Admin);
        let read = || host.get(&format!("/users/{}", layla.user_id)).by(&stranger).send();
        let answered = read();
        assert_eq!((answered.status, answered.header("etag")), (200, None));
        let organization = json!({ "id": layla.organization_id, "name": "Nakheel Dates" });
        let card = json!({
            "id": layla.user_id, "name": "Layla Al Harbi", "title": "Owner", "bio": "b", "bioHtml": "<p>b</p>",
            "expertiseTags": ["dates"], "isActive": true, "isVerified": false, "organization": organization,
        });
        assert_eq!(answered.json(), card);
        execute(&host, "UPDATE users SET is_active = 0");
        let former = json!({
            "id": layla.user_id, "name": "Former member", "expertiseTags": [], "isActive": false, "isVerified": false,
            "organization": null,
        });
        assert_eq!(read().json(), former);
    }

    #[test]
    fn nobody_is_not_found_and_nobody_asks() {
        let (host, layla) = with_layla();
        assert_eq!(host.get(&format!("/users/{}", host.new_id())).by(&layla).send().code(), "NOT_FOUND");
        assert_eq!(host.get("/users/layla").by(&layla).send().status, 404);
        assert_eq!(host.get(&format!("/users/{}", layla.user_id)).send().status, 401);
    }
}
