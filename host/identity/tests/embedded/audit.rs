//! The audit log: what is written, by whom it is said to be, and how it is read.

use p2p_context::{Origin, Timestamp, new_uuid};
use p2p_identity::audit::{AuditEntry, AuditFilter, AuditLog, LONGEST_LIST};
use p2p_identity::{Identity, SessionError};
use serde_json::json;
use uuid::Uuid;

use crate::suite::browser::Browser;
use crate::world::{World, acme, call};

const USER: Uuid = Uuid::from_u128(5);

fn entry(action: &str, actor: Option<u128>) -> AuditEntry {
    let origin = Origin { user: actor.map(Uuid::from_u128), ..Origin::default() };
    AuditEntry::new(&origin, Timestamp(7), action, "subject")
}

fn log(world: &World) -> AuditLog {
    AuditLog::new(world.stores.clone())
}

#[tokio::test]
async fn an_entry_is_read_back_as_it_was_written_and_only_once() {
    let world = World::new().await;
    let origin = Origin {
        request: Some("r-1".into()),
        address: Some("2001:db8::7".parse().unwrap()),
        user: Some(USER),
    };
    let full = AuditEntry::new(&origin, Timestamp(1_795_422_602_276_123), "forums.topic.created", "موضوع")
        .with(json!({"title": "a < b \u{0}", "tags": ["x"]}));
    let bare = entry("platform.started", None);
    let entries = [full, bare];
    for _ in 0..2 {
        log(&world).append(&acme().tenant, &entries).await.unwrap();
    }
    log(&world).append(&acme().tenant, &[]).await.unwrap();
    assert_eq!(world.audited().await, entries);
    let elsewhere = log(&world).list(&call("other").tenant, &AuditFilter::default(), 10).await.unwrap();
    assert_eq!(elsewhere, [], "each tenant has its own");
}

#[tokio::test]
async fn a_part_of_the_log_is_read_newest_first_and_page_by_page() {
    let world = World::new().await;
    let actions = ["forums.topic.created", "forums.post.created", "forumsx", "Forums.topic.created"];
    let entries: Vec<_> = (0..12).map(|n| entry(actions[n % 4], Some(n as u128 % 3))).collect();
    log(&world).append(&acme().tenant, &entries).await.unwrap();
    let list = async |filter: AuditFilter, limit| {
        let found = log(&world).list(&acme().tenant, &filter, limit).await.unwrap();
        let at = |found: &AuditEntry| entries.iter().position(|entry| entry == found).unwrap();
        found.iter().map(at).collect::<Vec<_>>()
    };
    let begins = |action: &str| AuditFilter { action: Some(action.into()), ..AuditFilter::default() };
    let by = |actor| AuditFilter { actor: Some(Uuid::from_u128(actor)), ..AuditFilter::default() };
    assert_eq!(list(AuditFilter::default(), 3).await, [11, 10, 9]);
    let before = Some(entries[9].id);
    assert_eq!(list(AuditFilter { before, ..AuditFilter::default() }, 3).await, [8, 7, 6]);
    assert_eq!(list(begins("forums."), 100).await, [9, 8, 5, 4, 1, 0], "letter by letter");
    assert_eq!(list(begins("forums.topic.created"), 100).await, [8, 4, 0]);
    assert_eq!(list(begins("%"), 100).await, [0; 0]);
    assert_eq!(list(begins(""), 100).await.len(), 12);
    assert_eq!(list(by(2), 100).await, [11, 8, 5, 2]);
    assert_eq!(list(AuditFilter { before, ..by(2) }, 2).await, [8, 5]);
    assert_eq!(list(AuditFilter { before, actor: by(2).actor, ..begins("forums.") }, 100).await, [8, 5]);
    assert_eq!(list(by(9), 100).await, [0; 0]);
}

#[tokio::test]
async fn a_reading_is_bounded() {
    let world = World::new().await;
    let entries: Vec<_> = (0..LONGEST_LIST + 5).map(|_| entry("a.b.c", None)).collect();
    log(&world).append(&acme().tenant, &entries).await.unwrap();
    let all = log(&world).list(&acme().tenant, &AuditFilter::default(), u32::MAX).await.unwrap();
    assert_eq!(all.len(), LONGEST_LIST as usize);
}

#[tokio::test]
async fn a_lock_is_told_once_however_many_guess_at_once_and_a_failure_is_not() {
    let world = World::new().await;
    world.person("a@b.co").await;
    for email in ["a@b.co", "nobody@b.co"] {
        let guess = async || drop(world.identity.credential_verify(&acme(), email, "wrong").await);
        for _ in 0..4 {
            guess().await;
        }
        assert_eq!(
            world.audited_as("identity.login.locked").await.len(),
            usize::from(email == "nobody@b.co")
        );
        tokio::join!(guess(), guess(), guess(), guess());
    }
    let told: Vec<_> = world.audited().await.into_iter().map(|entry| (entry.action, entry.subject)).collect();
    let locked = |email: &str| ("identity.login.locked".to_owned(), email.to_owned());
    assert_eq!(told, [locked("a@b.co"), locked("nobody@b.co")]);
    assert_eq!(world.audited().await[0].details, json!({"seconds": 900}));
    world.advance(900);
    for _ in 0..5 {
        assert!(!world.opens("a@b.co", "wrong").await);
    }
    assert_eq!(world.audited().await.len(), 3, "and again when it locks again");
}

#[tokio::test]
async fn a_reuse_names_the_user_and_the_session_and_a_sign_out_is_not_told() {
    let world = World::new().await;
    let mut browser = world.signed_in(Browser::with_cookies(), USER).await;
    let mut stolen = browser.clone();
    let session = world.who(&browser).await.unwrap().unwrap().session;
    world.refresh(&mut browser).await.unwrap();
    world.advance(31);
    let thief = Origin { address: Some([203, 0, 113, 9].into()), ..Origin::default() };
    let reuse = world.identity.session_refresh(&acme().on_behalf_of(thief), &stolen.refresh()).await;
    assert!(matches!(reuse, Err(SessionError::Reused(_))));
    assert!(matches!(world.refresh(&mut stolen).await, Err(SessionError::Invalid(_))), "told once");
    let other = world.signed_in(Browser::with_cookies(), USER).await;
    world.identity.session_revoke(&acme(), &other.call()).await.unwrap();
    let told = world.audited().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].action.as_str(), &told[0].subject), ("identity.session.reused", &USER.to_string()));
    assert_eq!((told[0].actor, told[0].address), (None, Some([203, 0, 113, 9].into())));
    assert_eq!(told[0].details, json!({"session": session}));
}

#[tokio::test]
async fn ids_of_old_and_new_entries_do_not_mix() {
    let world = World::new().await;
    let mut old = entry("a.b.c", None);
    let new = entry("a.b.c", None);
    old.id = new_uuid();
    old.at = Timestamp(i64::MAX);
    log(&world).append(&acme().tenant, &[old.clone(), new.clone()]).await.unwrap();
    assert_eq!(world.audited().await, [new, old], "the id is the order, whatever the clock said");
}
