//! `GET` and `POST /notifications/unsubscribe`: what a link would stop, and stopping it. The second is also what mail
//! programs send for their own button (RFC 8058); its body says nothing that matters.

use p2p_sdk::{Access, Batch, Code, Ctx, Feature, Problem, Request, Response, again, get, post};
use serde::{Deserialize, Serialize};

use super::token::{Scope, open};
use crate::preferences::{self, put};

/// The token of the link.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct Token {
    token: String,
}

/// Which letters, and whether they are stopped.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Unsubscription {
    /// A kind of notifications, or `digest` for summaries.
    pub scope: &'static str,
    pub is_off: bool,
}

/// What the link adds to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/notifications/unsubscribe", show)
                .access(Access::Public)
                .summary("Which letters a link of theirs would stop. Stops none.")
                .query::<Token>()
                .answers::<Unsubscription>(200)
                .fails(&[Code::TokenInvalid]),
        )
        .route(
            post("/notifications/unsubscribe", stop)
                .access(Access::Public)
                .summary("Stop the letters of a link, without a session. Again is fine.")
                .query::<Token>()
                .answers::<Unsubscription>(200)
                .fails(&[Code::TokenInvalid, Code::VersionConflict]),
        )
}

async fn show(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Token { token } = request.query()?;
    let (user, scope) = open(ctx, &token)?;
    let chosen = preferences::of(ctx, user).await?.preferences;
    Ok(answer(scope, scope.is_off(&chosen)))
}

async fn stop(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let Token { token } = request.query()?;
    let (user, scope) = open(ctx, &token)?;
    again(async || {
        let found = preferences::of(ctx, user).await?;
        let mut chosen = found.preferences;
        if !scope.is_off(&chosen) {
            scope.switch_off(&mut chosen);
            put(Batch::new(), user, &chosen, found.version)?.commit(ctx).await?;
        }
        Ok(answer(scope, true))
    })
    .await
}

fn answer(scope: Scope, is_off: bool) -> Response {
    Response::ok(&Unsubscription { scope: scope.as_str(), is_off })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::Network;

    /// The link of the first letter that waits.
    fn link(network: &Network) -> String {
        network.host.letters()[0].values["unsubscribe"].as_str().unwrap().to_owned()
    }

    fn choices(network: &Network) -> Value {
        network.host.get("/notifications/preferences").by(&network.huda).send().json()
    }

    #[test]
    fn a_link_stops_its_kind_and_nothing_else_and_a_look_stops_nothing() {
        let network = Network::new();
        network.topic_with_replies(1);
        network.settle();
        let (link, before) = (link(&network), choices(&network));
        let look = || network.host.get(&link).send();
        assert_eq!((look().status, look().json()), (200, json!({ "scope": "reply", "isOff": false })));
        assert_eq!(choices(&network), before);
        for _ in 0..2 {
            let answer = network.host.post(&link).body(b"List-Unsubscribe=One-Click").send();
            assert_eq!((answer.status, answer.json()), (200, json!({ "scope": "reply", "isOff": true })));
        }
        assert_eq!(look().json()["isOff"], true);
        let after = choices(&network);
        assert_eq!(after["reply"], json!({ "inApp": true, "email": "off" }));
        assert_eq!(after["mention"], before["mention"]);
        network.topic_with_replies(1);
        assert_eq!((network.mailed(), network.unread(&network.huda)), (vec![], 2));
    }

    #[test]
    fn the_link_of_a_summary_stops_summaries() {
        let network = Network::new();
        network.prefer(&network.huda, &json!({ "reply": { "email": "digest" } }));
        network.topic_with_replies(1);
        network.pass_a_day();
        let link = link(&network);
        assert_eq!(network.host.post(&link).send().json(), json!({ "scope": "digest", "isOff": true }));
        let after = choices(&network);
        for (kind, email) in [("reply", "off"), ("message", "off"), ("mention", "instant")] {
            assert_eq!(after[kind]["email"], email, "{kind}");
        }
    }

    #[test]
    fn stopping_at_the_same_time_as_choosing_keeps_both() {
        let network = Network::new();
        network.topic_with_replies(1);
        network.settle();
        let link = link(&network);
        let choose = network.host.patch("/notifications/preferences").by(&network.huda);
        let choose = choose.json(&json!({ "like": { "inApp": false } }));
        let answers = network.host.post(&link).send_with([choose]);
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        let after = choices(&network);
        assert_eq!((&after["reply"]["email"], &after["like"]["inApp"]), (&json!("off"), &json!(false)));
    }

    #[test]
    fn a_token_that_is_none_of_ours_stops_nothing() {
        let network = Network::new();
        network.topic_with_replies(1);
        network.settle();
        let link = link(&network);
        let (cut, last) = (&link[..link.len() - 1], if link.ends_with('0') { '1' } else { '0' });
        for bad in [
            cut.to_owned(),
            format!("{cut}{last}"),
            "/notifications/unsubscribe?token=".to_owned(),
            "/notifications/unsubscribe?token=%D8%B3%D8%B3".to_owned(),
            format!("/notifications/unsubscribe?token={}", "00".repeat(400)),
        ] {
            for answer in [network.host.get(&bad).send(), network.host.post(&bad).send()] {
                assert_eq!((answer.status, answer.code().as_str()), (400, "TOKEN_INVALID"), "{bad}");
            }
        }
        let missing = network.host.post("/notifications/unsubscribe").send();
        assert_eq!(missing.wrong_fields(), [("token".to_owned(), "REQUIRED".to_owned())]);
        assert_eq!(network.number("SELECT count(*) FROM preferences"), 0);
    }
}
