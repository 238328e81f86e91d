//! What people look for, and what they are shown of what happened: searches in both orders through every filter, and the
//! lists of the dashboard.

use p2p_test_support::people::Person;
use serde_json::Value;

use crate::lists::walk;
use crate::play::Play;

const SCOPES: [&str; 4] = ["/search", "/search/users", "/search/use-cases", "/search/forums"];

/// What narrows a search, each alone and all joined.
const FILTERS: [&str; 11] = [
    "",
    "&category=maintenance",
    "&tag=press",
    "&from=2020-01-01",
    "&to=2120-01-01",
    "&answered=true",
    "&industry=plastics&industry=steel",
    "&technology=iot",
    "&city=riyadh&city=jubail",
    "&category=maintenance&tag=press&answered=false",
    "&from=2020-01-01&to=2120-01-01&industry=plastics&technology=iot&city=riyadh",
];

/// Mistyped, and words of which one is nowhere.
const LOST: [&str; 3] = ["beraings", "maintennance", "bearings%20press%20zeppelin%20cool"];

/// See the module.
pub async fn play(play: &Play, platform_admin: &Person) {
    let owner = &play.stage.owner;
    for person in [owner, platform_admin] {
        for scope in SCOPES {
            for filter in FILTERS {
                for sort in ["", "&sort=date"] {
                    let line = format!("GET {scope}?limit=1&q=another{filter}{sort}");
                    play.ask(person, &line, Value::Null).await;
                }
            }
        }
        for lost in LOST {
            play.ask(person, &format!("GET /search?q={lost}"), Value::Null).await;
        }
        board(play, person).await;
    }
}

async fn board(play: &Play, person: &Person) {
    play.ask(person, "GET /dashboard/stats", Value::Null).await;
    for scope in ["me", "organization", "network"] {
        walk(play, person, &format!("/dashboard/activity?limit=1&scope={scope}")).await;
    }
    for window in ["24h", "7d", "30d"] {
        walk(play, person, &format!("/dashboard/trending?limit=1&window={window}")).await;
    }
    let me = play.stage.id_of(person).await.expect("a session");
    for narrowed in
        ["", "&actionType=login", &format!("&userId={me}"), &format!("&userId={me}&actionType=login")]
    {
        walk(play, person, &format!("/activity?limit=1{narrowed}")).await;
    }
}
