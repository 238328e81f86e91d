//! `DELETE /notifications/{id}`: out of the caller's sight. The row stays for a while, so that the same thing is not told
//! them anew.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response, Uuid, params};

const PUT_AWAY: &str =
    "UPDATE notifications SET is_gone = TRUE, is_shown = FALSE WHERE id = $1 AND user_id = $2 AND is_shown";

/// Puts one of the caller's away; 404 for any other.
pub async fn delete(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let (user, id) = (ctx.actor()?.user_id, request.id::<Uuid>("id")?);
    let changed = Batch::new().run(PUT_AWAY, params![id, user]).commit(ctx).await?;
    if changed.first() == Some(&0) { Err(Problem::not_found()) } else { Ok(Response::no_content()) }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use serde_json::json;

    use crate::fixture::Network;

    #[test]
    fn it_is_gone_for_its_reader_who_alone_may_do_so() {
        let network = Network::new();
        network.topic_with_replies(2);
        let id = network.told(&network.huda)[0]["id"].as_str().unwrap().to_owned();
        let delete = |by: &Actor| network.host.delete(&format!("/notifications/{id}")).by(by).send().status;
        assert_eq!(network.host.delete(&format!("/notifications/{id}")).send().status, 401);
        assert_eq!((delete(&network.omar), delete(&network.sara)), (404, 404));
        assert_eq!((delete(&network.huda), delete(&network.huda)), (204, 404));
        assert_eq!((network.told(&network.huda).len(), network.unread(&network.huda)), (1, 1));
        let body = json!({ "ids": [id] });
        assert_eq!(network.host.post("/notifications/read").by(&network.huda).json(&body).send().status, 200);
        for unknown in [network.host.new_id().to_string(), "x".to_owned()] {
            let answer = network.host.delete(&format!("/notifications/{unknown}")).by(&network.huda).send();
            assert_eq!(answer.status, 404, "{unknown}");
        }
    }
}
