//! `GET /use-cases/{id}/media/{mediaId}`: leads on to a link that the host makes for the moment, for whoever may see the use
//! case.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid};
use serde::Deserialize;

use super::{Kind, blob, small};
use crate::cases::Found;

/// How long a browser may go on with a link, which is a little less than the link is good for.
const FOLLOWED_SECONDS: u32 = 300;
const LINK_SECONDS: u32 = FOLLOWED_SECONDS + 60;

/// Which copy of a picture.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = MediaWanted))]
#[serde(default)]
pub struct Wanted {
    /// `thumbnail` for a small copy of a picture.
    size: Option<String>,
}

/// Leads on to a file.
pub async fn show(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (case, id) = (request.id::<Uuid>("id")?, request.id::<Uuid>("mediaId")?);
    let Wanted { size } = request.query()?;
    let found = Found::of(ctx, case).await?;
    let file = found.detail.media.iter().find(|file| file.id == id).ok_or_else(Problem::not_found)?;
    let name = blob(case, id);
    let is_small = size.as_deref() == Some("thumbnail") && file.kind == Kind::Image;
    let name = if is_small { small(&name) } else { name };
    let link = ctx.blobs().url(&name, LINK_SECONDS).await?;
    Ok(Response::found(&link, FOLLOWED_SECONDS))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Answered;

    use super::*;
    use crate::fixture::{Atlas, complete};

    fn show(atlas: &Atlas, by: Option<&Actor>, path: &str) -> Answered {
        let get = atlas.host.get(path);
        match by {
            Some(by) => get.by(by).send(),
            None => get.send(),
        }
    }

    #[test]
    fn whoever_sees_the_use_case_sees_its_files() {
        let atlas = Atlas::new();
        let case = atlas.begun(&atlas.huda, &complete("With files"));
        let (picture, paper) =
            (atlas.file(case, "a.png", "image/png"), atlas.file(case, "b.pdf", "application/pdf"));
        let path = |file: Uuid| format!("/use-cases/{case}/media/{file}");
        let seen = || {
            let all = [None, Some(&atlas.huda), Some(&atlas.omar), Some(&atlas.stranger)];
            all.map(|by| show(&atlas, by, &path(paper)).status)
        };
        assert_eq!(seen(), [404, 302, 302, 404]);
        atlas.host.post(&format!("/use-cases/{case}/publish")).by(&atlas.huda).send();
        assert_eq!(seen(), [302; 4]);
        let answer = show(&atlas, None, &path(picture));
        let link = format!("/files/media/{case}/{picture}?ttl=360");
        assert_eq!((answer.status, answer.header("location")), (302, Some(link.as_str())));
        assert_eq!(answer.header("cache-control"), Some("private, max-age=300"));
        let copy = format!("/files/media/{case}/{picture}-480?ttl=360");
        assert_eq!(
            show(&atlas, None, &format!("{}?size=thumbnail", path(picture))).header("location"),
            Some(copy.as_str())
        );
        let whole = show(&atlas, None, &format!("{}?size=thumbnail", path(paper)));
        assert!(
            whole.header("location").unwrap().ends_with(&format!("{paper}?ttl=360")),
            "it has no small copy"
        );
        for wrong in [atlas.host.new_id().to_string(), "1".to_owned()] {
            assert_eq!(show(&atlas, None, &format!("/use-cases/{case}/media/{wrong}")).status, 404);
        }
        let other = atlas.published(&atlas.huda, &complete("Without files"));
        assert_eq!(show(&atlas, None, &format!("/use-cases/{other}/media/{paper}")).status, 404);
    }
}
