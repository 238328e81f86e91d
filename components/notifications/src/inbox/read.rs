//! `POST /notifications/read`: some of the caller's, or all. Again is fine, and ids of others change nothing.

use p2p_sdk::{Batch, Check, Ctx, Problem, Request, Response, Rule, Uuid, params};
use serde::Deserialize;

use super::count;

const READ_ALL: &str =
    "UPDATE notifications SET is_read = TRUE WHERE user_id = $1 AND is_shown AND NOT is_read";
const READ_ONE: &str =
    "UPDATE notifications SET is_read = TRUE WHERE id = $1 AND user_id = $2 AND is_shown AND NOT is_read";
/// As many as a page may hold.
const IDS_MAX: usize = 100;

/// What was read: `ids` or `all`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Reading {
    #[cfg_attr(feature = "describe", schema(min_items = 1, max_items = 100))]
    ids: Option<Vec<Uuid>>,
    all: Option<bool>,
}

/// Marks them and answers how many are left.
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id;
    let Reading { ids, all } = request.json()?;
    let is_all = all == Some(true);
    Check::new()
        .that(is_all || ids.is_some(), "ids", Rule::Required)
        .that(!(is_all && ids.is_some()), "all", Rule::NotAllowed)
        .given(&ids, |check, ids| check.items("ids", ids.len(), 1..=IDS_MAX))
        .finish()?;
    let batch = match &ids {
        // In one order, so that two who mark at once wait for each other and not in a ring.
        Some(ids) => {
            sorted(ids).iter().fold(Batch::new(), |batch, id| batch.run(READ_ONE, params![id, user]))
        }
        None => Batch::new().run(READ_ALL, params![user]),
    };
    batch.commit(ctx).await?;
    Ok(Response::ok(&count::of(ctx, user).await?))
}

fn sorted(ids: &[Uuid]) -> Vec<Uuid> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Answered;
    use serde_json::{Value, json};

    use crate::fixture::Network;

    fn read(network: &Network, by: &Actor, body: &Value) -> Answered {
        network.host.post("/notifications/read").by(by).json(body).send()
    }

    #[test]
    fn some_or_all_are_read_and_again_is_fine() {
        let network = Network::new();
        network.topic_with_replies(4);
        let ids: Vec<_> = network.told(&network.huda).iter().map(|item| item["id"].clone()).collect();
        let some = json!({ "ids": [ids[0], ids[0], ids[3]] });
        for _ in 0..2 {
            let answer = read(&network, &network.huda, &some);
            assert_eq!((answer.status, answer.json()), (200, json!({ "count": 2 })));
        }
        let states: Vec<_> =
            network.told(&network.huda).iter().map(|item| item["isRead"] == json!(true)).collect();
        assert_eq!(states, [true, false, false, true]);
        for _ in 0..2 {
            assert_eq!(read(&network, &network.huda, &json!({ "all": true })).json(), json!({ "count": 0 }));
        }
        assert_eq!(network.unread(&network.huda), 0);
    }

    #[test]
    fn what_others_were_told_stays_unread() {
        let network = Network::new();
        network.topic_with_replies(2);
        let ids: Vec<_> = network.told(&network.huda).iter().map(|item| item["id"].clone()).collect();
        let body = json!({ "ids": ids });
        assert_eq!(read(&network, &network.omar, &body).json(), json!({ "count": 0 }));
        assert_eq!(read(&network, &network.omar, &json!({ "all": true })).status, 200);
        assert_eq!(network.unread(&network.huda), 2);
        assert_eq!(network.host.post("/notifications/read").json(&body).send().status, 401);
    }

    #[test]
    fn it_must_be_clear_what_was_read() {
        let network = Network::new();
        let id = network.host.new_id();
        let many: Vec<_> = (0..101).map(|_| network.host.new_id()).collect();
        for (body, field, code) in [
            (json!({}), "ids", "REQUIRED"),
            (json!({ "all": false }), "ids", "REQUIRED"),
            (json!({ "ids": [] }), "ids", "TOO_FEW"),
            (json!({ "ids": many }), "ids", "TOO_MANY"),
            (json!({ "ids": [id], "all": true }), "all", "NOT_ALLOWED"),
        ] {
            let answer = read(&network, &network.huda, &body);
            assert_eq!(answer.wrong_fields(), [(field.to_owned(), code.to_owned())], "{body}");
        }
        assert_eq!(read(&network, &network.huda, &json!({ "ids": ["x"] })).status, 422);
        assert_eq!(read(&network, &network.huda, &json!({ "ids": [id], "all": false })).status, 200);
    }

    #[test]
    fn readings_at_the_same_time_agree() {
        let network = Network::new();
        network.topic_with_replies(6);
        let ids: Vec<_> = network.told(&network.huda).iter().map(|item| item["id"].clone()).collect();
        let begin = |body: Value| network.host.post("/notifications/read").by(&network.huda).json(&body);
        let answers = begin(json!({ "ids": ids[..4] })).send_with([begin(json!({ "ids": ids[2..] }))]);
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(network.unread(&network.huda), 0);
    }
}
