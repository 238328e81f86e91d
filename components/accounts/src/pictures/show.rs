//! Leading on to a picture: from the address that lasts to a link that the host makes for the moment.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid};
use serde::Deserialize;

use super::{SIDES, square};

const KINDS: [&str; 2] = ["avatars", "logos"];
/// How long a browser may go on with a link, which is a little less than the link is good for.
const FOLLOWED_SECONDS: u32 = 3_600;
const LINK_SECONDS: u32 = FOLLOWED_SECONDS + 600;

/// Which of a picture's squares.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = PictureSize))]
#[serde(default)]
pub struct Wanted {
    /// Pixels of a side: 256, or 64.
    size: Option<u32>,
}

/// GET /pictures/{kind}/{owner}/{file}. For everybody who has the address, since browsers ask for images without the
/// headers of a session.
pub async fn show(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (owner, file) = (request.id::<Uuid>("owner")?, request.id::<Uuid>("file")?);
    let kind = request.segment("kind")?;
    if !KINDS.contains(&kind.as_ref()) {
        return Err(Problem::not_found());
    }
    let Wanted { size } = request.query()?;
    let side = SIDES.into_iter().find(|side| size == Some(*side)).unwrap_or(SIDES[0]);
    let name = square(&format!("{kind}/{owner}/{file}"), side);
    let link = ctx.blobs().url(&name, LINK_SECONDS).await?;
    Ok(Response::found(&link, FOLLOWED_SECONDS))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::TestHost;

    use crate::fixture::with_layla;

    fn links(host: &TestHost, path: &str) -> (u16, Option<String>) {
        let answered = host.get(path).send();
        (answered.status, answered.header("location").map(str::to_owned))
    }

    #[test]
    fn an_address_leads_to_a_link_for_everybody_in_two_sizes() {
        let (host, layla) = with_layla();
        let upload = host.stage("file", "me.png", "image/png", b"\x89PNG one");
        let avatar = host.post("/users/me/avatar").by(&layla).upload(upload).send().json()["avatar"].clone();
        let path = avatar.as_str().unwrap().strip_prefix("/api/v1").unwrap();
        let (status, link) = links(&host, path);
        let name = path.strip_prefix("/pictures/").unwrap();
        assert_eq!((status, link), (302, Some(format!("/files/{name}-256?ttl=4200"))));
        let small = Some(format!("/files/{name}-64?ttl=4200"));
        assert_eq!(links(&host, &format!("{path}?size=64")).1, small);
        assert_eq!(
            links(&host, &format!("{path}?size=65")).1.unwrap(),
            format!("/files/{name}-256?ttl=4200")
        );
        for wrong in ["secrets", "..%2Favatars"] {
            assert_eq!(links(&host, &path.replacen("avatars", wrong, 1)), (404, None));
        }
        let other = format!("/pictures/avatars/{}/{}", layla.user_id, host.new_id());
        assert_eq!(links(&host, &other), (404, None));
    }
}
