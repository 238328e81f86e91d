//! What authors of use cases do to them, and lists of use cases in every order and through every filter, as those who see
//! more and less ask for them.

use p2p_test_support::people::Person;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::lists::walk;
use crate::play::Play;
use crate::stage::NORTH;
use crate::use_cases::complete;
use crate::writings::PNG;

const SORTS: [&str; 3] = ["", "&sort=mostViewed", "&sort=mostLiked"];

/// What narrows the list, each alone and some joined. `ORGANIZATION` is the owner's.
const FILTERS: [&str; 15] = [
    "",
    "&industry=plastics",
    "&technology=iot&technology=lidar",
    "&city=riyadh",
    "&tag=automation",
    "&search=camera",
    "&search=camera%20mould",
    "&status=draft",
    "&status=archived",
    "&status=published&industry=plastics&technology=iot&city=riyadh&tag=automation&search=camera",
    "&organizationId=ORGANIZATION",
    "&organizationId=ORGANIZATION&status=draft",
    "&bbox=40,20,50,30",
    // Across the date line.
    "&bbox=170,-30,60,30",
    "&organizationId=ORGANIZATION&tag=automation&bbox=40,20,50,30",
];

/// The same for whoever is signed in.
const OWN: [&str; 4] =
    ["&mine=true", "&mine=true&status=draft", "&mine=true&status=published", "&mine=true&tag=automation"];

/// See the module.
pub async fn play(play: &Play) {
    let (owner, other) = (&play.stage.owner, &play.stage.colleague().await);
    let case = begin(play, owner, "Camera over a mould").await;
    let at = format!("/use-cases/{case}");
    for change in
        [json!({"title": "Two cameras"}), json!({"tags": ["automation", "new"], "technology": ["IoT"]})]
    {
        play.ask(owner, &format!("PATCH {at}"), change).await;
    }
    files(play, owner, &at).await;
    play.ask(owner, &format!("POST {at}/publish"), Value::Null).await;
    play.ask(owner, &format!("PATCH {at}"), json!({"solution": "A camera and a lamp."})).await;
    play.ask(other, &format!("GET {at}"), Value::Null).await;
    for switch in ["like", "like", "like", "bookmark", "bookmark", "bookmark"] {
        play.ask(other, &format!("POST {at}/{switch}"), json!({})).await;
    }
    play.drain().await;
    // Archived, and published again.
    play.ask(owner, &format!("DELETE {at}"), Value::Null).await;
    play.ask(owner, &format!("POST {at}/publish"), Value::Null).await;
    play.drain().await;
}

/// One that can be drawn and one that breaks off, which waits to be swept away; the first goes again.
async fn files(play: &Play, owner: &Person, at: &str) {
    play.record.during("POST /use-cases/{id}/media");
    let picture = |name: &'static str, bytes: &'static [u8]| Part::bytes(bytes).file_name(name);
    let form = Form::new().part("file", picture("a.png", PNG)).part("file", picture("b.png", &PNG[..60]));
    let kept = owner.upload(&format!("{at}/media"), form).await.expect(201).json;
    assert_eq!(kept["failed"][0]["code"], "FILE_TYPE", "{kept}");
    let file = kept["media"][0]["id"].as_str().unwrap();
    play.ask(owner, &format!("GET {at}/media/{file}?size=thumbnail"), Value::Null).await;
    play.ask(owner, &format!("DELETE {at}/media/{file}"), Value::Null).await;
}

async fn begin(play: &Play, by: &Person, title: &str) -> String {
    play.make(by, "POST /use-cases", complete(title)).await
}

/// Two in every state, so that every list goes on.
async fn fill(play: &Play, by: &Person) {
    for state in ["draft", "published", "archived"] {
        for n in 0..2 {
            let case = begin(play, by, &format!("Camera over a mould, {state} {n}")).await;
            if state != "draft" {
                play.ask(by, &format!("POST /use-cases/{case}/publish"), Value::Null).await;
                play.ask(by, &format!("POST /use-cases/{case}/bookmark"), json!({"bookmarked": true})).await;
            }
            if state == "archived" {
                play.ask(by, &format!("DELETE /use-cases/{case}"), Value::Null).await;
            }
        }
    }
}

/// See the module.
pub async fn play_lists(play: &Play, platform_admin: &Person) {
    let (owner, member) = (&play.stage.owner, &play.stage.colleague().await);
    let nobody = Person::nobody(&play.stage.host.url(""), NORTH);
    let organization = owner.profile["organization"]["id"].as_str().unwrap();
    for person in [owner, member, platform_admin] {
        fill(play, person).await;
        walk(play, person, "/use-cases/bookmarks?limit=1").await;
    }
    for sort in SORTS {
        for filter in FILTERS {
            let path = format!("/use-cases?limit=1{}{sort}", filter.replace("ORGANIZATION", organization));
            // What is published all see alike.
            let is_public = !filter.contains("draft") && !filter.contains("archived");
            let others = [member, owner, platform_admin].into_iter().filter(|_| !is_public);
            for person in others.chain([&nobody]) {
                walk(play, person, &path).await;
            }
        }
        for filter in OWN {
            walk(play, owner, &format!("/use-cases?limit=1{filter}{sort}")).await;
        }
    }
}
