//! The letter of a day: how much of what, about what and by whom, of what is still unread. Where only messages wait, the
//! letter is about messages alone.

use p2p_sdk::{Ctx, Delivery, Heard, People, Person, Problem, Timestamp, Uuid, params};
use serde::{Deserialize, Serialize};

use super::{Values, queue};
use crate::inbox::{COLUMNS, Told};
use crate::kind::Kind;
use crate::place;
use crate::preferences::{self, Email};
use crate::settings::Settings;
use crate::unsubscribe::{Scope, offer};

/// More than that is told by the number alone.
const TAKEN_MAX: u32 = 200;
/// Names and subjects that are spelled out.
const NAMED_MAX: usize = 5;
const BETWEEN: &str = " · ";
const NONE: &str = "—";

/// Whose letter, and of which moment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Due {
    pub user_id: Uuid,
    pub digest_at: Timestamp,
}

/// Hears that one is due.
pub async fn write(ctx: &Ctx, event: Delivery) -> Heard {
    let Due { user_id, digest_at } = event.read()?;
    let text = format!(
        "SELECT {COLUMNS} FROM notifications WHERE user_id = $1 AND digest_at = $2 AND NOT is_read AND NOT is_gone \
        ORDER BY created_at DESC, id DESC LIMIT $3"
    );
    let rows = ctx.sql().query(&text, &params![user_id, digest_at, TAKEN_MAX]).await?;
    let chosen = preferences::of(ctx, user_id).await?.preferences;
    let mut taken = rows.all::<Told<'_>>()?;
    taken.retain(|told| chosen.of(told.kind).email == Email::Digest);
    if taken.is_empty() {
        return Ok(());
    }
    let cards =
        People::ask(ctx, [user_id].into_iter().chain(taken.iter().filter_map(|told| told.actor_id))).await?;
    let people = People::read(&cards)?;
    let Some(reader) = people.active(user_id) else { return Ok(()) };
    let (template, values) = letter(ctx, &taken, &reader, &people)?;
    Ok(queue(ctx, user_id, template, &values).await?)
}

fn letter(
    ctx: &Ctx,
    taken: &[Told<'_>],
    reader: &Person<'_>,
    people: &People<'_>,
) -> Result<(&'static str, Values), Problem> {
    let settings: Settings = ctx.settings()?;
    let count = |kind: Kind| -> i64 { taken.iter().filter(|told| told.kind == kind).map(weight).sum() };
    let all: i64 = taken.iter().map(weight).sum();
    let names = listed(taken.iter().filter_map(|told| told.actor_id).map(|id| people.get(id).name));
    let mut values =
        Values::from([("name", reader.name.to_owned()), ("count", all.to_string()), ("people", names)]);
    if taken.iter().all(|told| told.kind == Kind::Message) {
        values.insert("link", settings.page(place::MESSAGES));
        offer(ctx, &settings, reader.id, Scope::Kind(Kind::Message), &mut values);
        return Ok(("message-digest", values));
    }
    let counted = [
        ("mentions", count(Kind::Mention)),
        ("replies", count(Kind::Reply)),
        ("bestAnswers", count(Kind::BestAnswer)),
        ("messages", count(Kind::Message)),
    ];
    let others = all - counted.iter().map(|(_, count)| count).sum::<i64>();
    values.extend(counted.map(|(name, count)| (name, count.to_string())));
    values.insert("others", others.to_string());
    values.insert("subjects", listed(taken.iter().map(|told| told.subject)));
    values.insert("link", settings.page(place::ALL));
    offer(ctx, &settings, reader.id, Scope::Digest, &mut values);
    Ok(("daily-digest", values))
}

/// Messages count each; whatever else is told as one counts as one.
fn weight(told: &Told<'_>) -> i64 {
    if told.kind == Kind::Message { told.count } else { 1 }
}

/// The first few, each once; letters have no lists of their own.
fn listed<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut listed: Vec<&str> = Vec::new();
    let mut is_cut = false;
    for one in all {
        if one.is_empty() || listed.contains(&one) {
            continue;
        }
        if listed.len() == NAMED_MAX {
            is_cut = true;
            break;
        }
        listed.push(one);
    }
    match (listed.is_empty(), is_cut) {
        (true, _) => NONE.to_owned(),
        (false, false) => listed.join(BETWEEN),
        (false, true) => format!("{}{BETWEEN}…", listed.join(BETWEEN)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_few_are_listed_each_once() {
        assert_eq!(listed(["a", "", "b", "a"].into_iter()), "a · b");
        assert_eq!(listed(std::iter::empty()), "—");
        assert_eq!(listed(["a", "b", "c", "d", "e", "f"].into_iter()), "a · b · c · d · e · …");
    }

    /// Every value that the templates name is given, in both languages.
    #[test]
    fn templates_and_values_agree() {
        use crate::fixture::{Network, with};
        use std::collections::BTreeSet;

        let network = Network::new();
        network.prefer(&network.sara, &json!({ "reply": { "email": "digest" } }));
        let told = with(network.reply_payload(), "mentions", json!([network.layla.user_id]));
        network
            .hear("forums.reply.created", &with(told.clone(), "postAuthorId", json!(network.sara.user_id)));
        network.hear("forums.answer.chosen", &told);
        network.message(&network.omar, &network.huda);
        network.settle();
        network.pass_a_day();
        let letters = network.host.letters();
        let written: BTreeSet<_> = letters.iter().map(|letter| letter.template.clone()).collect();
        assert_eq!(written.len(), 5, "{written:?}");
        for letter in &letters {
            for language in ["en", "ar"] {
                let file = format!("{}/mail/{}.{language}.md", env!("CARGO_MANIFEST_DIR"), letter.template);
                let text = std::fs::read_to_string(&file).unwrap();
                let named: BTreeSet<_> =
                    text.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap()).collect();
                let mut given: BTreeSet<_> =
                    letter.values.as_object().unwrap().keys().map(String::as_str).collect();
                assert!(given.remove("listUnsubscribe"), "for mail programs alone");
                assert_eq!(named, given, "{file}");
                assert!(letter.values.as_object().unwrap().values().all(Value::is_string));
            }
        }
    }
}
