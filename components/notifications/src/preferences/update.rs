//! `PATCH /notifications/preferences`: changes what is named, under the version that was looked at.

use p2p_sdk::{Batch, Ctx, Problem, Request, Response, again_unless_matched};

use super::choices::PreferenceChanges;
use super::kept;

/// Changes the caller's preferences.
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let changes: PreferenceChanges = request.json()?;
    changes.check()?;
    again_unless_matched(&request, async || change(ctx, &request, &changes).await).await
}

async fn change(ctx: &Ctx, request: &Request, changes: &PreferenceChanges) -> Result<Response, Problem> {
    let user = ctx.actor()?.user_id;
    let found = kept::of(ctx, user).await?;
    request.matched(found.version)?;
    let mut preferences = found.preferences;
    changes.apply(&mut preferences);
    kept::put(Batch::new(), user, &preferences, found.version)?.commit(ctx).await?;
    Ok(Response::ok(&preferences).etag(found.version + 1))
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Actor;
    use p2p_sdk::test_host::Answered;
    use serde_json::{Value, json};

    use crate::fixture::Network;

    const PATH: &str = "/notifications/preferences";

    fn change(network: &Network, by: &Actor, body: &Value) -> Answered {
        network.host.patch(PATH).by(by).json(body).send()
    }

    fn shown(network: &Network, by: &Actor) -> Value {
        let answer = network.host.get(PATH).by(by).send();
        assert_eq!(answer.status, 200);
        answer.json()
    }

    #[test]
    fn everything_has_a_default_and_only_what_is_named_changes() {
        let network = Network::new();
        let before = shown(&network, &network.huda);
        assert_eq!(before["mention"], json!({ "inApp": true, "email": "instant" }));
        assert_eq!(before["message"], json!({ "inApp": true, "email": "digest" }));
        assert_eq!(before["like"], json!({ "inApp": true, "email": "off" }));
        assert_eq!(before.as_object().unwrap().len(), 8);
        let body = json!({ "mention": { "email": "digest" }, "like": { "inApp": false }, "x": 1 });
        let answer = change(&network, &network.huda, &body);
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        let after = shown(&network, &network.huda);
        assert_eq!(after, answer.json());
        assert_eq!(after["mention"], json!({ "inApp": true, "email": "digest" }));
        assert_eq!(after["like"], json!({ "inApp": false, "email": "off" }));
        assert_eq!(after["reply"], before["reply"]);
        assert_eq!(shown(&network, &network.omar), before, "others have their own");
    }

    #[test]
    fn what_does_not_fit_is_named_and_changes_nothing() {
        let network = Network::new();
        for (body, wanted) in [
            (json!({ "mention": { "email": "weekly" } }), ("mention.email", "")),
            (json!({ "mention": { "inApp": "yes" } }), ("mention.inApp", "TYPE")),
            (
                json!({ "like": { "email": "instant" }, "reply": { "email": "off" } }),
                ("like.email", "CHOICE"),
            ),
            (json!({ "mention": true }), ("mention", "")),
            (json!({ "mention": [true, null] }), ("mention", "TYPE")),
        ] {
            let answer = change(&network, &network.huda, &body);
            assert_eq!(answer.status, 422, "{body}");
            let wrong = answer.wrong_fields();
            assert_eq!(wrong[0].0, wanted.0, "{body}");
            assert!(wanted.1.is_empty() || wrong[0].1 == wanted.1, "{wrong:?}");
        }
        assert_eq!(change(&network, &network.huda, &json!([])).status, 422);
        let broken = network.host.patch(PATH).by(&network.huda).body(b"{").send();
        assert_eq!((broken.status, broken.code().as_str()), (400, "MALFORMED"));
        assert_eq!(network.number("SELECT count(*) FROM preferences"), 0);
    }

    #[test]
    fn a_stale_change_changes_nothing() {
        let network = Network::new();
        let matched = |tag: &str, email: &str| {
            let body = json!({ "reply": { "email": email } });
            network.host.patch(PATH).by(&network.huda).header("if-match", tag).json(&body).send()
        };
        assert_eq!(network.host.get(PATH).by(&network.huda).send().header("etag"), Some("\"1\""));
        assert_eq!(matched("\"1\"", "digest").header("etag"), Some("\"2\""));
        assert_eq!(matched("\"1\"", "off").code(), "VERSION_CONFLICT");
        assert_eq!(matched("\"x\"", "off").code(), "VERSION_CONFLICT");
        assert_eq!(shown(&network, &network.huda)["reply"]["email"], "digest");
        assert_eq!(matched("*", "off").status, 200);
    }

    #[test]
    fn changes_at_the_same_time_are_all_kept() {
        let network = Network::new();
        let begin = |kind: &str| {
            let body = json!({ kind: { "email": "off" } });
            network.host.patch(PATH).by(&network.huda).json(&body)
        };
        let answers = begin("mention").send_with([begin("reply"), begin("message")]);
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        let shown = shown(&network, &network.huda);
        for kind in ["mention", "reply", "message"] {
            assert_eq!(shown[kind]["email"], "off", "{kind}");
        }
    }

    #[test]
    fn nobody_has_none() {
        let network = Network::new();
        assert_eq!(network.host.get(PATH).send().status, 401);
        assert_eq!(network.host.patch(PATH).json(&json!({})).send().status, 401);
    }
}
