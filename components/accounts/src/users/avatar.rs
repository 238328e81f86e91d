//! Setting one's own picture.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response};
use serde::Serialize;

use super::row::user_show;
use super::told::tell_updated;
use crate::auth::session;
use crate::pictures::{Picture, Replacement};

/// Where the new picture is shown.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Avatar {
    avatar: Picture,
}

/// POST /users/me/avatar
pub async fn set_avatar(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let mut user = session::caller(ctx).await?.user;
    let whose = ("avatars", user.id, user.organization_id);
    let replacement = Replacement::of(ctx, &request, whose, user.avatar.as_ref()).await?;
    let avatar = replacement.picture();
    user.avatar = Some(avatar.clone());
    replacement.commit(ctx, tell_updated(user_show(Batch::new(), &user), &user)).await?;
    Ok(Response::ok(&Avatar { avatar }).etag(user.version + 1))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Params, Role};
    use serde_json::Value;

    use super::super::told::UPDATED;
    use crate::fixture::with_layla;

    #[test]
    fn everywhere_it_is_shown_it_is_the_same() {
        let (host, layla) = with_layla();
        let upload = host.stage("file", "me.jpg", "image/jpeg", b"\xff\xd8\xff");
        let answered = host.post("/users/me/avatar").by(&layla).upload(upload).send();
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"2\"")));
        let avatar = answered.json()["avatar"].as_str().unwrap().to_owned();
        assert!(avatar.starts_with(&format!("/api/v1/pictures/avatars/{}/", layla.user_id)), "{avatar}");
        let events = host.events();
        assert_eq!(events[0].topic, UPDATED);
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!(told["avatar"], avatar);
        let me = host.get("/users/me").by(&layla).send();
        assert_eq!((me.json()["avatar"].as_str(), me.header("etag")), (Some(&*avatar), Some("\"2\"")));
        let card =
            host.get(&format!("/users/{}", layla.user_id)).by(&host.person(Role::Member)).send().json();
        assert_eq!(card["avatar"], avatar);
        let rows = host.query("SELECT avatar, language FROM directory_users", &Params::new());
        assert_eq!(rows.first::<(String, String)>().unwrap(), Some((avatar, "en".to_owned())));
    }

    #[test]
    fn nobody_has_none() {
        let (host, _) = with_layla();
        assert_eq!(host.post("/users/me/avatar").send().status, 401);
    }
}
