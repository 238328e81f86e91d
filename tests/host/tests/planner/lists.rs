//! Lists in every order, through every filter, from their beginning and behind a cursor, with and without a count, as
//! those who see more and less ask for them.

use p2p_test_support::people::{Person, topic};
use serde_json::{Value, json};

use crate::play::Play;

const SORTS: [&str; 4] = ["", "&sort=latest", "&sort=popular", "&sort=trending"];

/// What narrows the list of topics, each alone and some joined. `AUTHOR` is the owner.
const FILTERS: [&str; 14] = [
    "",
    "&category=maintenance",
    "&tag=press",
    "&search=title",
    "&author=AUTHOR",
    "&mine=true",
    "&pinned=false",
    "&pinned=true",
    "&answered=false",
    "&answered=true",
    "&category=maintenance&tag=press",
    "&author=AUTHOR&category=maintenance",
    "&mine=true&answered=false&search=title",
    "&category=maintenance&pinned=false&tag=press&search=title&answered=false",
];

/// Narrows the lists of people.
const PEOPLE: [&str; 5] =
    ["", "&search=sa", "&role=member", "&isActive=true", "&role=admin&isActive=true&search=sa"];

/// See the module.
pub async fn play(play: &Play, platform_admin: &Person) {
    let owner = &play.stage.owner;
    for n in 0..3 {
        play.ask(owner, "POST /forums/topics", topic(&format!("Another title of many {n}"))).await;
    }
    for person in [owner, platform_admin] {
        for filter in FILTERS {
            let filter = filter.replace("AUTHOR", owner.profile["user"]["id"].as_str().unwrap());
            for sort in SORTS {
                walk(play, person, &format!("/forums/topics?limit=1{filter}{sort}")).await;
            }
        }
    }
    for narrowed in PEOPLE {
        walk(play, owner, &format!("/users?limit=1{narrowed}")).await;
    }
    for path in [
        "/organizations/members?limit=1",
        "/organizations/members?limit=1&search=sa",
        "/users/invitations?limit=1",
    ] {
        walk(play, owner, path).await;
    }
    for list in ["bookmarks", "contributors"] {
        walk(play, owner, &format!("/forums/{list}?limit=1")).await;
    }
}

/// The first page, the one behind its cursor, the second by its number, and how many there are.
pub async fn walk(play: &Play, person: &Person, path: &str) {
    let first = play.ask(person, &format!("GET {path}"), Value::Null).await;
    if let Some(cursor) = first.json["nextCursor"].as_str() {
        play.ask(person, &format!("GET {path}&cursor={cursor}"), json!(null)).await;
    }
    play.ask(person, &format!("GET {path}&page=2"), Value::Null).await;
    play.ask(person, &format!("GET {path}&count=true"), Value::Null).await;
}
