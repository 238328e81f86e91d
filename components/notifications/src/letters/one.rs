//! The letter of one notification. None is written for what was read, put away, taken back or switched off meanwhile.

use p2p_sdk::{Batch, Ctx, Delivery, FromRow, Heard, People, Person, Problem, Uuid, params};
use serde::Deserialize;

use super::{Values, queue};
use crate::inbox::{COLUMNS, Told};
use crate::kind::Kind;
use crate::place;
use crate::preferences::{self, Email};
use crate::settings::Settings;
use crate::unsubscribe::{Scope, offer};

const WAITS: &str = "FROM notifications WHERE id = $1 AND mail = 'due' AND NOT is_read AND NOT is_gone";
const SENT: &str = "UPDATE notifications SET mail = 'sent' WHERE id = $1 AND mail = 'due'";

#[derive(Deserialize)]
struct Due {
    id: Uuid,
}

/// Hears that one is due.
pub async fn write(ctx: &Ctx, event: Delivery) -> Heard {
    let Due { id } = event.read()?;
    let rows = ctx.sql().query(&format!("SELECT user_id, {COLUMNS} {WAITS}"), &params![id]).await?;
    let found = rows.read(|row| Ok((row.get::<Uuid>()?, Told::from_row(row)?)))?;
    let Some((user, told)) = found.first() else { return Ok(()) };
    let Some(template) = told.kind.letter() else { return Ok(()) };
    let cards = People::ask(ctx, [*user].into_iter().chain(told.actor_id)).await?;
    let people = People::read(&cards)?;
    let chosen = preferences::of(ctx, *user).await?.preferences.of(told.kind);
    let Some(reader) = people.active(*user).filter(|_| chosen.email == Email::Instant) else { return Ok(()) };
    let values = values(ctx, told, &reader, &people)?;
    queue(ctx, *user, template, &values).await?;
    // Should the process die before this, the worst is one letter more about a conversation.
    Batch::new().run(SENT, params![id]).commit(ctx).await?;
    Ok(())
}

fn values(ctx: &Ctx, told: &Told<'_>, reader: &Person<'_>, people: &People<'_>) -> Result<Values, Problem> {
    let settings: Settings = ctx.settings()?;
    let actor = || told.actor_id.map_or("—", |id| people.get(id).name).to_owned();
    let subject = || ("subject", told.subject.to_owned());
    let page = settings.page(&place::page(told.kind, told.entity_id, told.container_id));
    let mut values = Values::from([("name", reader.name.to_owned()), ("link", page)]);
    match told.kind {
        Kind::Message => values.extend([("people", actor()), ("count", told.count.to_string())]),
        Kind::BestAnswer => values.extend([subject()]),
        _ => values.extend([subject(), ("actor", actor()), ("excerpt", told.excerpt.to_owned())]),
    }
    offer(ctx, &settings, reader.id, Scope::Kind(told.kind), &mut values);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use p2p_sdk::EventError;
    use p2p_sdk::host::SqlError;
    use serde_json::{Value, json};

    use crate::announce::LETTER_DUE;
    use crate::fixture::{Network, with};

    #[test]
    fn it_says_who_wrote_what_and_where() {
        let network = Network::new();
        let told = with(network.reply_payload(), "mentions", json!([network.sara.user_id]));
        network.hear("forums.reply.created", &told);
        network.settle();
        let letters = network.host.letters();
        let templates: Vec<_> = letters.iter().map(|letter| letter.template.as_str()).collect();
        assert_eq!(templates, ["mention", "reply"]);
        let [mention, reply] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(
            (&mention.to, &reply.to),
            (&network.sara.user_id.to_string(), &network.huda.user_id.to_string())
        );
        let values = &mention.values;
        assert_eq!((&values["name"], &values["actor"]), (&json!("Sara Haddad"), &json!("Omar Aziz")));
        assert_eq!(
            (&values["subject"], &values["excerpt"]),
            (&json!("Why does it vibrate?"), &json!("Look at the bearings."))
        );
        let link =
            format!("/forums/topics/{}#{}", told["topicId"].as_str().unwrap(), told["id"].as_str().unwrap());
        assert_eq!(values["link"], link);
        let unsubscribe = values["unsubscribe"].as_str().unwrap();
        assert!(unsubscribe.starts_with("/notifications/unsubscribe?token="), "{unsubscribe}");
        assert_eq!(values["listUnsubscribe"], format!("/api/v1{unsubscribe}"));
        assert_eq!(network.mailed(), [""; 0], "each goes out once");
    }

    #[test]
    fn a_tenant_says_where_its_website_is() {
        let network = Network::with_settings(&json!({ "websiteUrl": "https://p2p.example/" }));
        network.topic_with_replies(1);
        network.settle();
        let values = network.host.letters().remove(0).values;
        for name in ["link", "unsubscribe"] {
            assert!(values[name].as_str().unwrap().starts_with("https://p2p.example/"), "{values}");
        }
    }

    #[test]
    fn none_goes_out_for_what_changed_meanwhile() {
        let network = Network::new();
        network.topic_with_replies(1);
        let id = network.told(&network.huda)[0]["id"].as_str().unwrap().to_owned();
        network.host.post("/notifications/read").by(&network.huda).json(&json!({ "all": true })).send();
        assert_eq!(network.mailed(), [""; 0], "read");
        network.topic_with_replies(1);
        network
            .host
            .delete(&format!("/notifications/{}", network.told(&network.huda)[0]["id"].as_str().unwrap()))
            .by(&network.huda)
            .send();
        assert_eq!(network.mailed(), [""; 0], "put away");
        network.topic_with_replies(1);
        network.prefer(&network.huda, &json!({ "reply": { "email": "off" } }));
        assert_eq!(network.mailed(), [""; 0], "switched off");
        let due = json!({ "id": network.host.new_id() });
        assert_eq!(network.host.hear(network.host.new_id(), LETTER_DUE, id, &due), Ok(()), "never there");
    }

    #[test]
    fn a_letter_waits_while_the_store_is_away() {
        let network = Network::new();
        network.topic_with_replies(1);
        let event = network.host.events().pop().unwrap();
        let payload: Value = serde_json::from_slice(&event.payload).unwrap();
        network.host.fail_sql(SqlError::Unavailable);
        let heard = network.host.hear(network.host.new_id(), LETTER_DUE, &event.key, &payload);
        assert!(matches!(heard, Err(EventError::Retry(_))), "{heard:?}");
        assert_eq!(network.host.letters().len(), 0);
        assert_eq!(network.host.hear(network.host.new_id(), LETTER_DUE, &event.key, &payload), Ok(()));
        assert_eq!(network.host.letters().len(), 1);
    }
}
