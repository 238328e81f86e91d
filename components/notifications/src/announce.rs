//! From what happened to whom it is told: nobody hears of what they did themselves, of what they may not see, of the same
//! thing twice, or in a way they do not want. All rows of one event stand or fall with the record that it was heard.

mod row;

use p2p_sdk::{Batch, Ctx, Heard, People, Problem, Uuid, params};

use self::row::Row;
use crate::kind::Kind;
use crate::preferences::{self, Preferences};

/// Somebody has something new to look at.
pub const CREATED: &str = "notifications.notification.created";
/// A letter is to be written; heard by the feature itself, so that the row is there before the letter.
pub const LETTER_DUE: &str = "notifications.letter.due";

/// The thing that people are told of.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'a> {
    /// topic, post, reply, use-case, conversation or user.
    pub entity_type: &'static str,
    pub entity_id: Uuid,
    /// The post that a reply stands under.
    pub parent_id: Option<Uuid>,
    /// The topic that it stands in.
    pub container_id: Option<Uuid>,
    /// Who did it.
    pub actor: Option<Uuid>,
    /// The organization that alone may see it.
    pub within: Option<Uuid>,
    pub subject: &'a str,
    /// How it begins, without markup.
    pub text: &'a str,
}

/// Somebody who may be told, and why.
#[derive(Debug, Clone, Copy)]
pub struct Reason {
    pub user: Uuid,
    pub kind: Kind,
    /// Whose thing it is about: topic, post, reply, use-case, or empty.
    pub about: &'static str,
}

/// Tells people of a thing, each for the first of their reasons.
pub async fn announce(ctx: &Ctx, thing: &Thing<'_>, reasons: &[Reason]) -> Heard {
    let reasons = concerned(thing, reasons);
    // Most of what happens concerns nobody in particular, and is worth no write.
    if reasons.is_empty() { Ok(()) } else { announce_with(ctx, Batch::new(), thing, &reasons).await }
}

/// The same, in one commit with what the batch holds.
pub async fn announce_with(ctx: &Ctx, batch: Batch, thing: &Thing<'_>, reasons: &[Reason]) -> Heard {
    let reasons = concerned(thing, reasons);
    let batch = if reasons.is_empty() { batch } else { told(ctx, batch, thing, &reasons).await? };
    batch.commit(ctx).await?;
    Ok(())
}

/// The first reason of everybody but of who did it.
fn concerned(thing: &Thing<'_>, reasons: &[Reason]) -> Vec<Reason> {
    let mut concerned: Vec<Reason> = Vec::new();
    for reason in reasons {
        let is_new = concerned.iter().all(|other| other.user != reason.user);
        if is_new && thing.actor != Some(reason.user) {
            concerned.push(*reason);
        }
    }
    concerned
}

async fn told(ctx: &Ctx, mut batch: Batch, thing: &Thing<'_>, reasons: &[Reason]) -> Result<Batch, Problem> {
    let users: Vec<Uuid> = reasons.iter().map(|reason| reason.user).collect();
    let known = known(ctx, thing.entity_id, &users).await?;
    let cards = People::ask(ctx, users.iter().copied()).await?;
    let people = People::read(&cards)?;
    let chosen = preferences::of_all(ctx, &users).await?;
    for reason in reasons {
        let Some(person) = people.active(reason.user) else { continue };
        let organization = person.organization.map(|organization| organization.id);
        let may_see = thing.within.is_none_or(|within| organization == Some(within));
        let before = known.iter().find(|(_, user, kind)| (*user, *kind) == (reason.user, reason.kind));
        if !may_see || before.is_some() && !reason.kind.is_renewed() {
            continue;
        }
        let chosen = chosen.iter().find(|(user, _)| *user == reason.user);
        let row = Row {
            id: before.map_or_else(|| ctx.new_id(), |(id, ..)| *id),
            organization,
            preferences: chosen.map_or_else(Preferences::default, |(_, chosen)| *chosen),
            now: ctx.now(),
        };
        batch = row.add(batch, thing, *reason);
    }
    Ok(batch)
}

/// What these people were told of a thing before.
async fn known(ctx: &Ctx, entity: Uuid, users: &[Uuid]) -> Result<Vec<(Uuid, Uuid, Kind)>, Problem> {
    let places: Vec<String> = (0..users.len()).map(|n| format!("${}", n + 2)).collect();
    let text = format!(
        "SELECT id, user_id, kind FROM notifications WHERE entity_id = $1 AND user_id IN ({})",
        places.join(", ")
    );
    let mut params = params![entity];
    users.iter().for_each(|user| params.push(user));
    Ok(ctx.sql().query(&text, &params).await?.all()?)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::EventError;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Network;

    #[test]
    fn what_is_new_is_told_to_who_listens() {
        let network = Network::new();
        network.topic_with_replies(1);
        let events = network.host.events();
        let topics: Vec<_> = events.iter().map(|event| event.topic.as_str()).collect();
        assert_eq!(topics, [CREATED, LETTER_DUE]);
        let payload: Value = serde_json::from_slice(&events[0].payload).unwrap();
        let id = network.told(&network.huda)[0]["id"].clone();
        assert_eq!(payload, json!({ "id": id, "userId": network.huda.user_id, "type": "reply" }));
        assert_eq!(events[0].key, network.huda.user_id.to_string());
    }

    #[test]
    fn an_event_that_comes_twice_is_told_once() {
        let network = Network::new();
        let (id, payload) = (network.host.new_id(), network.reply_payload());
        assert_eq!(network.host.hear(id, "forums.reply.created", "t", &payload), Ok(()));
        let again = network.host.hear(id, "forums.reply.created", "t", &payload);
        // The host tells that it was heard; should it come under another id, it is known by its thing.
        assert!(matches!(again, Ok(()) | Err(EventError::Retry(_))), "{again:?}");
        network.hear("forums.reply.created", &payload);
        assert_eq!((network.told(&network.huda).len(), network.unread(&network.huda)), (1, 1));
        assert_eq!(network.host.events().len(), 2, "one notification and one letter");
    }

    #[test]
    fn nothing_is_kept_when_the_store_fails() {
        let network = Network::new();
        network.host.fail_sql(p2p_sdk::host::SqlError::Busy);
        let heard =
            network.host.hear(network.host.new_id(), "forums.reply.created", "t", &network.reply_payload());
        assert!(matches!(heard, Err(EventError::Retry(_))), "{heard:?}");
        assert_eq!((network.told(&network.huda).len(), network.host.events().len()), (0, 0));
    }

    #[test]
    fn people_choose_what_they_are_told() {
        for (ways, rows, shown, topics) in [
            (json!({ "inApp": false, "email": "off" }), 0, 0, vec![]),
            (json!({ "inApp": false, "email": "instant" }), 1, 0, vec![LETTER_DUE]),
            (json!({ "inApp": true, "email": "off" }), 1, 1, vec![CREATED]),
            (json!({ "inApp": true, "email": "digest" }), 1, 1, vec![CREATED]),
        ] {
            let network = Network::new();
            network.prefer(&network.huda, &json!({ "reply": ways }));
            network.topic_with_replies(1);
            let told: Vec<_> = network.host.events().into_iter().map(|event| event.topic).collect();
            assert_eq!(told, topics, "{ways}");
            assert_eq!(network.number("SELECT count(*) FROM notifications"), rows, "{ways}");
            assert_eq!(
                (network.unread(&network.huda), network.told(&network.huda).len()),
                (shown, rows_of(shown))
            );
        }
    }

    fn rows_of(shown: i64) -> usize {
        usize::try_from(shown).unwrap()
    }

    #[test]
    fn who_left_or_was_never_there_is_told_nothing() {
        let network = Network::new();
        let mut payload = network.reply_payload();
        payload["postAuthorId"] = json!(network.left.user_id);
        payload["topicAuthorId"] = json!(network.host.new_id());
        network.hear("forums.reply.created", &payload);
        assert_eq!(network.number("SELECT count(*) FROM notifications"), 0);
    }
}
