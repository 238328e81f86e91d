//! Setting the logo of one's own organization.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response};
use serde::Serialize;

use super::current::Standing;
use super::update::organization_update;
use crate::pictures::{Picture, Replacement};

/// Where the new logo is shown.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Logo {
    logo: Picture,
}

/// POST /organizations/current/logo
pub async fn set_logo(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let mut standing = Standing::of_caller(ctx).await?;
    let organization = &mut standing.organization;
    let whose = ("logos", organization.id, organization.id);
    let replacement = Replacement::of(ctx, &request, whose, organization.logo.as_ref()).await?;
    let logo = replacement.picture();
    organization.logo = Some(logo.clone());
    replacement.commit(ctx, organization_update(Batch::new(), &standing)).await?;
    Ok(Response::ok(&Logo { logo }).etag(standing.version + 1))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Role;

    use crate::fixture::with_layla;
    use crate::organizations::update::UPDATED;

    #[test]
    fn admins_set_it_and_everybody_sees_it() {
        let (host, layla) = with_layla();
        let member = host.colleague(&layla, Role::Member);
        let send = |by| {
            let upload = host.stage("logo", "logo.webp", "image/webp", b"RIFF");
            host.post("/organizations/current/logo").by(by).upload(upload).send()
        };
        assert_eq!(send(&member).code(), "FORBIDDEN");
        let answered = send(&layla);
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"2\"")));
        let logo = answered.json()["logo"].clone();
        assert!(logo.as_str().unwrap().starts_with("/api/v1/pictures/logos/"), "{logo}");
        assert_eq!(host.get("/organizations/current").by(&member).send().json()["logo"], logo);
        assert_eq!(host.get("/users/me").by(&layla).send().json()["organization"]["logo"], logo);
        let topics: Vec<_> = host.events().into_iter().map(|event| event.topic).collect();
        assert_eq!(topics, [UPDATED, crate::pictures::FILE_KEPT]);
    }

    #[test]
    fn nobody_sets_none() {
        let (host, _) = with_layla();
        assert_eq!(host.post("/organizations/current/logo").send().status, 401);
    }
}
