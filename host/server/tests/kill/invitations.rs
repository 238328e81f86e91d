//! Sign-ups by invitation: it is used up and there is a member who can sign in, or it is open and can still be used.
//! Nothing lies between: no credential without a member, no member without a credential.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use p2p_test_support::letters;
use p2p_test_support::people::{Person, signup};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::moment::{Bell, MOMENTS, bell, die};
use crate::server::House;
use crate::sign_ups::profile_of;

/// People who accept at the same time.
const WRITERS: usize = 3;
/// Invitations that each of them has to accept before the server dies.
const EACH: usize = 6;
/// How long letters may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who was invited.
struct Guest {
    email: String,
    token: String,
    acknowledged: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_open_or_was_accepted_once() {
    guests(House::with(&["accounts"])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_when_a_core_beside_the_server_lives_on() {
    guests(House::beside_a_core(&["accounts"]).await).await;
}

async fn guests(house: House) {
    let mut server = house.start().await;
    let admin = Person::founder(&server.url, "localhost", "admin@works.example").await;
    let mut invited = invite(&admin, &house, MOMENTS.len() * WRITERS * EACH).await;
    let mut guests = Vec::new();
    for after in MOMENTS {
        let nobody = Person::nobody(&server.url, "localhost");
        let (bell, rung) = bell();
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let theirs = invited.split_off(invited.len() - EACH);
            writers.spawn(accept_all(nobody.clone(), theirs, bell.clone()));
        }
        drop(bell);
        guests.extend(die(server, writers, rung, after).await);
        server = house.start().await;
    }
    assert!(guests.iter().any(|guest| guest.acknowledged), "nobody got through");
    assert!(guests.iter().any(|guest| !guest.acknowledged), "nobody was cut off");
    let admin = admin.at(&server.url);
    for guest in &guests {
        is_member_or_open(&admin, guest).await;
    }
    everybody_is_there_once(&admin, &guests).await;
    server.kill();
}

/// So many guests, once all have their letters.
async fn invite(admin: &Person, house: &House, count: usize) -> Vec<Guest> {
    for n in 0..count {
        let invitation = json!({"email": format!("guest-{n}@elsewhere.example"), "firstName": "Omar",
            "lastName": "Al Qahtani", "role": "member"});
        admin.post("/users/invite", &invitation).await.expect(201);
    }
    let begun = Instant::now();
    loop {
        let tokens = letters::tokens(&house.mail_folder(), "invitation");
        if tokens.len() == count {
            let guest = |(email, token)| Guest { email, token, acknowledged: false };
            return tokens.into_iter().map(guest).collect();
        }
        assert!(begun.elapsed() < PATIENCE, "{} of {count} invitations were mailed", tokens.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Accepts one after the other until the server is gone; everybody who has tried.
async fn accept_all(nobody: Person, guests: Vec<Guest>, bell: Bell) -> Vec<Guest> {
    let mut tried = Vec::new();
    for guest in guests {
        let answer = nobody.try_post("/auth/signup", &accepting(&guest)).await;
        let acknowledged = answer.as_ref().is_some_and(|answer| answer.status == 201);
        if acknowledged {
            let _ = bell.send(());
        }
        tried.push(Guest { acknowledged, ..guest });
        if answer.is_none() {
            break;
        }
    }
    tried
}

fn accepting(guest: &Guest) -> Value {
    let mut form = signup(&guest.email);
    form["inviteToken"] = json!(guest.token);
    form
}

async fn is_member_or_open(admin: &Person, guest: &Guest) {
    let nobody = admin.with_token(None);
    let Guest { email, token, acknowledged } = guest;
    let shown = nobody.get(&format!("/invitations/{token}")).await;
    if shown.status == 200 {
        assert!(!acknowledged, "{email} was acknowledged and the invitation is open");
        let credentials = json!({"email": email, "password": signup(email)["password"]});
        let refused = nobody.post("/auth/login", &credentials).await.expect(400);
        assert_eq!(refused.code(), "WRONG_CREDENTIALS", "{email} is no member and has a credential");
        nobody.post("/auth/signup", &accepting(guest)).await.expect(201);
    } else {
        shown.expect(404);
    }
    let me = profile_of(&nobody, email, *acknowledged).await;
    let organization = &admin.profile["organization"]["id"];
    assert_eq!((&me["organization"]["id"], &me["role"]), (organization, &json!("member")), "{email}");
    let again = nobody.post("/auth/signup", &accepting(guest)).await.expect(400);
    assert_eq!(again.code(), "TOKEN_INVALID", "{email}");
}

/// As their admin sees them: those who tried, who are members by now, and nobody else.
async fn everybody_is_there_once(admin: &Person, guests: &[Guest]) {
    let (mut counts, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = admin.get(&format!("/users?limit=100{cursor}")).await.expect(200).json;
        for user in page["items"].as_array().unwrap() {
            *counts.entry(user["email"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let emails = guests.iter().map(|guest| guest.email.as_str()).chain(["admin@works.example"]);
    let wanted: BTreeMap<_, _> = emails.map(|email| (email.to_owned(), 1)).collect();
    assert_eq!(counts, wanted);
}
