//! What other features make of what was written, as lines of text: how each is worded, and in what two lots of them differ.
//! A line that comes twice was done twice.

use serde_json::{Value, json};

/// How much somebody, or their organization, has.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub topics: usize,
    pub posts: usize,
    pub replies: usize,
    /// Nobody counts them for an organization.
    pub best_answers: usize,
    pub drafts: usize,
    pub published: usize,
    /// Sent; counted for organizations only.
    pub messages: usize,
    pub unread_messages: usize,
}

impl Counts {
    /// Of a person, as the dashboard says it.
    pub fn of_person(self) -> Value {
        let Self { topics, posts, replies, best_answers, unread_messages, .. } = self;
        json!({ "topics": topics, "posts": posts, "replies": replies, "bestAnswers": best_answers,
            "useCases": self.drafts + self.published, "unreadMessages": unread_messages })
    }

    /// What they made lately, which is all of it.
    pub fn of_weeks(self) -> Value {
        let Self { topics, posts, replies, .. } = self;
        json!({ "topics": topics, "posts": posts, "replies": replies, "useCases": self.drafts + self.published })
    }

    /// Of an organization, as the dashboard and accounts say it.
    pub fn of_organization(self) -> Value {
        let Self { topics, posts, replies, messages, .. } = self;
        json!({ "topics": topics, "posts": posts, "replies": replies, "messages": messages,
            "useCases": { "draft": self.drafts, "published": self.published, "archived": 0 } })
    }
}

/// Somebody finds a thing.
pub fn found(kind: &str, id: &str) -> String {
    format!("found {kind} {id}")
}

/// An activity, and the topic that its document names.
pub fn activity(who: &str, action: &str, entity: &str, topic: Option<&str>) -> String {
    format!("{who} did {action} {entity} in {}", topic.unwrap_or("no topic"))
}

/// A notification, and how much it counts that is unread.
pub fn told(who: &str, kind: &str, entity: &str, count: usize) -> String {
    format!("{who} was told of {kind} {entity}, {count} times")
}

/// The number at the bell.
pub fn unread(who: &str, count: usize) -> String {
    format!("{who} has {count} unread notifications")
}

/// A letter about something in a topic.
pub fn letter(to: &str, entity: &str) -> String {
    format!("letter to {to} about {entity}")
}

/// Numbers of somebody.
pub fn counted(who: &str, what: &str, counts: &Value) -> String {
    format!("{who} has {what}: {counts}")
}

/// What is missing, and what is there too much. Both are sorted.
pub fn difference(wanted: &[String], seen: &[String]) -> Vec<String> {
    let (mut wanted, mut seen, mut off) = (wanted.iter().peekable(), seen.iter().peekable(), Vec::new());
    loop {
        match (wanted.peek(), seen.peek()) {
            (Some(want), Some(see)) if want == see => drop((wanted.next(), seen.next())),
            (Some(want), see) if see.is_none_or(|see| want < see) => {
                off.extend(wanted.next().map(|line| format!("missing: {line}")));
            }
            (_, Some(_)) => off.extend(seen.next().map(|line| format!("too much: {line}"))),
            (_, None) => return off,
        }
    }
}

#[test]
fn what_is_missing_and_what_is_too_much_is_named() {
    let lines = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
    assert_eq!(difference(&lines("a b c"), &lines("a b c")), [""; 0]);
    let off = difference(&lines("a b c e"), &lines("a a c d"));
    assert_eq!(off, ["too much: a", "missing: b", "too much: d", "missing: e"]);
}
