//! What was found, counted, told and mailed, as people see it. Expects nothing.

use p2p_test_support::people::Person;
use serde_json::{Value, json};

use super::effects::{activity, counted, found, told, unread};
use super::truth::pages;
use super::{Cast, WORDS, mailbox};
use crate::server::House;

/// A line for everything, sorted.
pub async fn seen(house: &House, cast: &Cast) -> Vec<String> {
    let mut lines = mailbox::lines(&house.mail_folder());
    for word in WORDS {
        let hits = pages(&cast.sara, &format!("/search?q={word}")).await;
        lines.extend(hits.iter().map(|hit| found(text(hit, "type"), text(hit, "id"))));
    }
    for (who, person) in [("sara", &cast.sara), ("omar", &cast.omar)] {
        lines.extend(of_person(who, person).await);
        lines.extend(numbers(who, person).await);
    }
    lines.sort();
    lines
}

async fn of_person(who: &str, person: &Person) -> Vec<String> {
    let mut lines = Vec::new();
    for did in pages(person, "/dashboard/activity?scope=me").await {
        let topic = did["metadata"]["topicId"].as_str();
        lines.push(activity(who, text(&did, "actionType"), text(&did, "entityId"), topic));
    }
    for note in pages(person, "/notifications?").await {
        let count = if note["isRead"] == true { 0 } else { number(&note["count"]) };
        lines.push(told(who, text(&note, "type"), text(&note, "entityId"), count));
    }
    let count = person.get("/notifications/unread-count").await.expect(200).json;
    lines.push(unread(who, number(&count["count"])));
    lines
}

async fn numbers(who: &str, person: &Person) -> Vec<String> {
    let stats = person.get("/dashboard/stats").await.expect(200).json;
    let by_accounts = person.get("/organizations/stats").await.expect(200).json;
    let own = ["topics", "posts", "replies", "bestAnswers", "useCases", "unreadMessages"];
    let weekly = ["topics", "posts", "replies", "useCases"];
    let shared = ["topics", "posts", "replies", "messages", "useCases"];
    vec![
        counted(who, "on the dashboard", &part(&stats["user"], &own)),
        counted(who, "in these weeks", &sums(&stats["user"]["weekly"], &weekly)),
        counted(who, "in the organization, by the dashboard", &part(&stats["organization"], &shared)),
        counted(who, "in the organization, by accounts", &part(&by_accounts, &shared)),
    ]
}

fn part(stats: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), stats[name].clone())).collect()
}

/// Of all weeks together.
fn sums(weekly: &Value, names: &[&str]) -> Value {
    let sum = |name: &str| weekly[name].as_array().unwrap().iter().map(number).sum::<usize>();
    names.iter().map(|name| ((*name).to_owned(), json!(sum(name)))).collect()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name].as_str().unwrap()
}
