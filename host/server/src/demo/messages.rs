//! What people write to each other, one conversation for two, said through the routes of messaging. What is there already
//! is not said again; a conversation that went on without us is left alone.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::Crowd;
use super::visitor::Visitor;

/// How much of a conversation is looked at; none here is as long.
const PAGE: usize = 100;

/// Two people and what they say. People stand in it by their names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversation {
    between: [String; 2],
    said: Vec<Said>,
    /// Whether the last message was read, too.
    #[serde(default = "yes")]
    read: bool,
}

/// A message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    by: String,
    content: String,
}

const fn yes() -> bool {
    true
}

fn read() -> Result<Vec<Conversation>> {
    serde_json::from_str(include_str!("messages.json")).context("messages.json")
}

/// Holds every conversation whose two people are here.
pub async fn write(crowd: &Crowd<'_>) -> Result<()> {
    let mut ids = HashMap::new();
    for (name, visitor) in crowd {
        let me = visitor.expect("GET", "/users/me", &Value::Null, 200).await?;
        ids.insert(*name, text(&me, "id")?.to_owned());
    }
    for conversation in read()? {
        let [one, other] = &conversation.between;
        let both = (Person::find(crowd, &ids, one), Person::find(crowd, &ids, other));
        if let (Some(one), Some(other)) = both {
            let held = conversation.hold(&one, &other).await;
            held.with_context(|| conversation.between.join(" and "))?;
        }
    }
    Ok(())
}

/// Somebody who writes.
struct Person<'a> {
    name: &'a str,
    id: &'a str,
    visitor: &'a Visitor<'a>,
}

impl<'a> Person<'a> {
    fn find(crowd: &'a Crowd<'a>, ids: &'a HashMap<&str, String>, name: &'a str) -> Option<Self> {
        Some(Self { name, id: ids.get(name)?, visitor: crowd.get(name)? })
    }
}

impl Conversation {
    async fn hold(&self, one: &Person<'_>, other: &Person<'_>) -> Result<()> {
        let path = format!("/messages/{}?limit={PAGE}", other.id);
        let page = one.visitor.expect("GET", &path, &Value::Null, 200).await?;
        let written = page.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if written.len() >= PAGE {
            return Ok(());
        }
        let is_written = |said: &Said| {
            written.iter().any(|message| text(message, "content").is_ok_and(|words| words == said.content))
        };
        let from = self.said.iter().rposition(is_written).map_or(0, |last| last + 1);
        let mut unread: Option<(&Person<'_>, String)> = None;
        for said in self.said.iter().skip(from) {
            let (by, to) = if said.by == one.name { (one, other) } else { (other, one) };
            // Whoever answers has read what came before.
            if let Some((reader, id)) = unread.take().filter(|(reader, _)| reader.name == by.name) {
                mark(reader, &id).await?;
            }
            let new = json!({"receiverId": to.id, "content": said.content});
            let sent = by.visitor.expect("POST", "/messages", &new, 201).await?;
            unread = Some((to, text(&sent, "id")?.to_owned()));
        }
        match unread.filter(|_| self.read) {
            Some((reader, id)) => mark(reader, &id).await,
            None => Ok(()),
        }
    }
}

async fn mark(reader: &Person<'_>, id: &str) -> Result<()> {
    reader.visitor.expect("PATCH", &format!("/messages/{id}/read"), &Value::Null, 200).await?;
    Ok(())
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value.get(field).and_then(Value::as_str).with_context(|| format!("an answer without {field}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::people;
    use super::*;

    #[test]
    fn people_who_are_there_write_to_each_other_in_both_languages() {
        let organizations = people::read().unwrap();
        let names: HashSet<_> = organizations
            .iter()
            .flat_map(|organization| organization.people.iter().map(|person| person.name.as_str()))
            .collect();
        let conversations = read().unwrap();
        let (mut pairs, mut arabic, mut english) = (HashSet::new(), 0, 0);
        for conversation in &conversations {
            let mut pair = conversation.between.clone();
            pair.sort();
            assert!(pair[0] != pair[1] && pairs.insert(pair.clone()), "{pair:?} once");
            assert!(pair.iter().all(|name| names.contains(name.as_str())), "{pair:?}");
            let mut words = HashSet::new();
            for said in &conversation.said {
                assert!(pair.contains(&said.by), "{} is none of {pair:?}", said.by);
                assert!((1..=5_000).contains(&said.content.chars().count()));
                assert!(words.insert(&said.content), "said twice: it would be taken for said");
                let is_arabic = said.content.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c));
                *(if is_arabic { &mut arabic } else { &mut english }) += 1;
            }
        }
        assert!(conversations.len() >= 5 && arabic >= 8 && english >= 8, "{arabic} {english}");
        assert!(conversations.iter().any(|conversation| !conversation.read), "something is unread");
    }
}
