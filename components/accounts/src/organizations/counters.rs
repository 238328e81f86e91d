//! How much an organization has of what other features keep, added up from their events. Each event is counted once,
//! whatever comes twice. What the features are to tell, each with the organization of whoever wrote it:
//!
//! | Topic | Payload | Counter |
//! |---|---|---|
//! | `forums.topic.created`, `.deleted` | `organizationId` | `topics` ±1; its first post is no post |
//! | `forums.post.created`, `.deleted` | `organizationId` | `posts` ±1 |
//! | `forums.reply.created`, `.deleted` | `organizationId` | `replies` ±1 |
//! | `use-cases.use-case.created` | `organizationId` | `use-cases.draft` +1 |
//! | `use-cases.use-case.published`, `.archived` | `organizationId`, `from` | the counter of its new state +1, of the state `from` −1 |
//! | `use-cases.use-case.deleted` | `organizationId`, `from` | the counter of the state `from` −1 |
//! | `messaging.message.sent` | `organizationId` | `messages` +1 |
//! | `accounts`, `forums`, `use-cases`: `….file.kept`, `.dropped` | `organizationId`, `bytes` | `storage` ±`bytes` |
//!
//! `.deleted` of a topic or a post tells in `gone` what went along: of each author `organizationId`, `posts`, `replies`, which
//! are taken off. `from` is draft, published or archived. What belongs to no organization (`organizationId` null) counts for none.

use std::collections::BTreeMap;

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Uuid, params};
use serde::Deserialize;

const ADD: &str = "INSERT INTO organization_counters (organization_id, name, value) VALUES ($1, $2, $3) \
    ON CONFLICT (organization_id, name) DO UPDATE SET value = organization_counters.value + excluded.value";

pub const TOPICS: &str = "topics";
pub const POSTS: &str = "posts";
pub const REPLIES: &str = "replies";
pub const DRAFT: &str = "use-cases.draft";
pub const PUBLISHED: &str = "use-cases.published";
pub const ARCHIVED: &str = "use-cases.archived";
pub const MESSAGES: &str = "messages";
pub const STORAGE: &str = "storage";

/// Topics of other features, what each adds to, and how often. Those of this feature's own files are heard beside what
/// else they cause.
const COUNTED: &[(&str, &str, i64)] = &[
    ("forums.topic.created", TOPICS, 1),
    ("forums.topic.deleted", TOPICS, -1),
    ("forums.post.created", POSTS, 1),
    ("forums.post.deleted", POSTS, -1),
    ("forums.reply.created", REPLIES, 1),
    ("forums.reply.deleted", REPLIES, -1),
    ("use-cases.use-case.created", DRAFT, 1),
    ("use-cases.use-case.published", PUBLISHED, 1),
    ("use-cases.use-case.archived", ARCHIVED, 1),
    ("use-cases.use-case.deleted", "", 0),
    ("messaging.message.sent", MESSAGES, 1),
    ("forums.file.kept", STORAGE, 1),
    ("forums.file.dropped", STORAGE, -1),
    ("use-cases.file.kept", STORAGE, 1),
    ("use-cases.file.dropped", STORAGE, -1),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    organization_id: Option<Uuid>,
    from: Option<State>,
    #[serde(default)]
    bytes: i64,
    #[serde(default)]
    gone: Vec<Share>,
}

/// What somebody had in what was deleted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    organization_id: Option<Uuid>,
    #[serde(default)]
    posts: i64,
    #[serde(default)]
    replies: i64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Draft,
    Published,
    Archived,
}

impl State {
    const fn counter(self) -> &'static str {
        match self {
            Self::Draft => DRAFT,
            Self::Published => PUBLISHED,
            Self::Archived => ARCHIVED,
        }
    }
}

/// Subscribes to everything that is counted here alone.
pub fn hear(feature: Feature) -> Feature {
    COUNTED.iter().fold(feature, |feature, (topic, ..)| feature.on_event(topic, count))
}

/// Hears any of the topics above.
pub async fn count(ctx: &Ctx, event: Delivery) -> Heard {
    let counted: Counted = event.read()?;
    let mut changes: BTreeMap<(Uuid, &str), i64> = BTreeMap::new();
    let own = steps(&event.topic, &counted).map(|(name, step)| (counted.organization_id, name, step));
    let gone = counted.gone.iter().flat_map(|share| {
        let of = share.organization_id;
        [(of, POSTS, share.posts.saturating_neg()), (of, REPLIES, share.replies.saturating_neg())]
    });
    for (organization, name, step) in own.into_iter().chain(gone) {
        if let (Some(organization), true) = (organization, step != 0) {
            *changes.entry((organization, name)).or_default() += step;
        }
    }
    let batch = changes.into_iter().fold(Batch::new(), |batch, ((organization, name), step)| {
        batch.run_one(ADD, params![organization, name, step])
    });
    batch.commit(ctx).await?;
    Ok(())
}

fn steps(topic: &str, counted: &Counted) -> [(&'static str, i64); 2] {
    let (name, step) = match COUNTED.iter().find(|(known, ..)| *known == topic) {
        Some((_, name, step)) => (*name, *step),
        None => (STORAGE, if topic.ends_with(".dropped") { -1 } else { 1 }),
    };
    let step = if name == STORAGE { step.saturating_mul(counted.bytes) } else { step };
    [(name, step), counted.from.map_or(("", 0), |from| (from.counter(), -1))]
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::TestHost;
    use p2p_sdk::{Actor, EventError, Uuid};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{count, with_layla};

    fn hear(host: &TestHost, topic: &str, payload: &Value) -> Heard {
        host.hear(host.new_id(), topic, Uuid::NIL, payload)
    }

    fn stats(host: &TestHost, by: &Actor) -> Value {
        host.get("/organizations/stats").by(by).send().json()
    }

    #[test]
    fn every_topic_moves_its_counter() {
        let (host, layla) = with_layla();
        let own = layla.organization_id;
        let plain = json!({ "organizationId": own, "title": "x" });
        let from = |state: &str| json!({ "organizationId": own, "from": state });
        for (topic, payload) in [
            ("forums.topic.created", plain.clone()),
            ("forums.topic.created", plain.clone()),
            ("forums.topic.deleted", plain.clone()),
            ("forums.post.created", plain.clone()),
            ("forums.post.deleted", plain.clone()),
            ("forums.reply.created", plain.clone()),
            ("use-cases.use-case.created", plain.clone()),
            ("use-cases.use-case.created", plain.clone()),
            ("use-cases.use-case.created", plain.clone()),
            ("use-cases.use-case.published", from("draft")),
            ("use-cases.use-case.published", from("draft")),
            ("use-cases.use-case.archived", from("published")),
            ("use-cases.use-case.deleted", from("draft")),
            ("messaging.message.sent", plain),
            ("forums.file.kept", json!({ "organizationId": own, "bytes": 5_000_000_000_i64 })),
            ("use-cases.file.dropped", json!({ "organizationId": own, "bytes": 1_000 })),
        ] {
            assert_eq!(hear(&host, topic, &payload), Ok(()), "{topic}");
        }
        let stats = stats(&host, &layla);
        assert_eq!((&stats["topics"], &stats["posts"], &stats["replies"]), (&json!(1), &json!(0), &json!(1)));
        assert_eq!(stats["useCases"], json!({ "draft": 0, "published": 1, "archived": 1 }));
        assert_eq!((&stats["messages"], &stats["storageBytes"]), (&json!(1), &json!(4_999_999_000_i64)));
    }

    #[test]
    fn what_goes_along_is_taken_off_whoever_it_belonged_to() {
        let (host, layla) = with_layla();
        let (own, other) = (layla.organization_id, host.new_id());
        for (topic, organization) in [
            ("forums.post.created", json!(own)),
            ("forums.reply.created", json!(own)),
            ("forums.reply.created", json!(other)),
        ] {
            assert_eq!(hear(&host, topic, &json!({ "organizationId": organization })), Ok(()));
        }
        let gone = json!([{ "authorId": layla.user_id, "organizationId": own, "posts": 1, "replies": 1 },
            { "authorId": host.new_id(), "organizationId": other, "posts": 0, "replies": 1 },
            { "authorId": host.new_id(), "organizationId": null, "posts": 3, "replies": 0 }]);
        let deleted = json!({ "organizationId": own, "gone": gone });
        assert_eq!(hear(&host, "forums.topic.deleted", &deleted), Ok(()));
        let stats = stats(&host, &layla);
        assert_eq!((&stats["topics"], &stats["posts"], &stats["replies"]), (&json!(0), &json!(0), &json!(0)));
    }

    #[test]
    fn a_redelivery_counts_once() {
        let (host, layla) = with_layla();
        let (delivery, payload) = (host.new_id(), json!({ "organizationId": layla.organization_id }));
        assert_eq!(host.hear(delivery, "forums.topic.created", Uuid::NIL, &payload), Ok(()));
        let again = host.hear(delivery, "forums.topic.created", Uuid::NIL, &payload);
        assert!(matches!(again, Err(EventError::Retry(_))), "the host tells that it is done: {again:?}");
        assert_eq!(stats(&host, &layla)["topics"], 1);
    }

    #[test]
    fn what_belongs_to_none_counts_for_none() {
        let (host, _) = with_layla();
        assert_eq!(hear(&host, "forums.topic.created", &json!({ "organizationId": null })), Ok(()));
        assert_eq!(hear(&host, "messaging.message.sent", &json!({})), Ok(()));
        let wrong =
            hear(&host, "use-cases.use-case.deleted", &json!({ "organizationId": Uuid::NIL, "from": "?" }));
        assert!(matches!(wrong, Err(EventError::Refuse(_))), "{wrong:?}");
        assert_eq!(count(&host, "organization_counters"), 0);
    }
}
