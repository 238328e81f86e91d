//! The content keeps the rules of the routes it goes through, and is as lively as it shall be.

use std::collections::{HashMap, HashSet};

use super::super::people;
use super::*;

const CATEGORIES: &str = include_str!("../../../../../migrations/forums/sqlite/0001_categories.sql");

fn all() -> Vec<Topic> {
    read(|_| true).unwrap()
}

/// The place of everybody's organization, and whether they founded it.
fn places() -> HashMap<String, (usize, bool)> {
    let organizations = people::read().unwrap();
    let places = organizations.into_iter().enumerate().flat_map(|(place, organization)| {
        let people = organization.people.into_iter().enumerate();
        people.map(move |(at, person)| (person.name, (place, at == 0))).collect::<Vec<_>>()
    });
    places.collect()
}

#[test]
fn there_is_something_to_look_at_in_every_category_and_both_languages() {
    let topics = all();
    let posts: usize = topics.iter().map(|topic| topic.posts.len()).sum();
    let said: usize = topics.iter().map(|topic| topic.said().len()).sum();
    assert!(topics.len() >= 15 && posts >= 40 && said - posts >= 60, "{} {posts} {said}", topics.len());
    for (category, _) in FILES {
        assert!(CATEGORIES.contains(&format!("('{category}',")), "{category}");
        assert!(topics.iter().any(|topic| topic.category == category), "{category}");
    }
    assert_eq!(CATEGORIES.matches("\n    ('").count(), FILES.len());
    let is_arabic = |topic: &&Topic| topic.title.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c));
    let arabic = topics.iter().filter(is_arabic).count();
    assert!(arabic >= 5 && topics.len() - arabic >= 5, "{arabic}");
    let some = |wanted: fn(&Topic) -> bool| topics.iter().any(wanted);
    assert!(some(|topic| topic.within) && some(|topic| topic.pinned) && some(|topic| topic.locked));
}

#[test]
fn texts_keep_the_limits_and_are_told_apart() {
    let topics = all();
    let titles: HashSet<_> = topics.iter().map(|topic| &topic.title).collect();
    assert_eq!(titles.len(), topics.len());
    let length = |text: &str| text.trim().chars().count();
    for topic in &topics {
        assert!((5..=200).contains(&length(&topic.title)), "{}", topic.title);
        assert!((20..=50_000).contains(&length(&topic.content)), "{}", topic.title);
        assert!(topic.tags.len() <= 5 && topic.tags.iter().all(|tag| (1..=40).contains(&length(tag))));
        let said = topic.said();
        let texts: HashSet<_> = said.iter().map(|said| &said.content).chain([&topic.content]).collect();
        assert_eq!(texts.len(), said.len() + 1, "{}", topic.title);
        assert!(said.iter().all(|said| (1..=5_000).contains(&length(&said.content))));
        // So many replies come with the list of posts, where what is there already is looked for.
        assert!(said.len() - topic.posts.len() <= 10, "{}", topic.title);
    }
}

#[test]
fn everybody_does_what_they_may() {
    let places = places();
    for topic in all() {
        let said = topic.said();
        let (place, is_admin) = places[&topic.by];
        assert!(is_admin || !(topic.pinned || topic.locked), "{}", topic.title);
        let inside = |name: &str| places[name].0 == place;
        assert!(!topic.within || topic.people().into_iter().all(inside), "{}", topic.title);
        assert!(topic.people().into_iter().all(|name| places.contains_key(name)));
        assert!(!topic.likes.contains(&topic.by), "{}: praises itself", topic.title);
        assert!(said.iter().all(|said| !said.likes.contains(&said.by)), "{}", topic.title);
        assert!(said.iter().filter(|said| said.best).count() <= 1, "{}", topic.title);
        assert!(topic.posts.iter().all(|post| !post.best), "{}: only replies answer", topic.title);
    }
}

#[test]
fn mentions_name_people_who_are_there() {
    let organizations = people::read().unwrap();
    let names: HashSet<_> = organizations
        .iter()
        .flat_map(|organization| &organization.people)
        .map(|person| format!("{} {}", person.first_name, person.last_name))
        .collect();
    let topics = all();
    let said = topics.iter().flat_map(Topic::said);
    let mentions: Vec<_> = said.flat_map(|said| said.content.split('@').skip(1)).collect();
    assert!(mentions.len() >= 5, "{mentions:?}");
    for mention in mentions {
        let name: String = mention.chars().take_while(|c| c.is_alphanumeric() || "_-".contains(*c)).collect();
        assert!(names.contains(&name.replace('_', " ")), "{name}");
    }
}

#[test]
fn without_those_who_could_not_be_invited_the_others_still_talk() {
    let places = places();
    let is_founder = |name: &str| places[name].1;
    let topics = read(is_founder).unwrap();
    assert!(topics.len() >= 10, "{}", topics.len());
    assert!(topics.iter().flat_map(Topic::people).all(is_founder));
    assert!(topics.iter().map(|topic| topic.said().len()).sum::<usize>() >= 40);
}
