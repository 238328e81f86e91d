//! The people who ask, one of each kind.

use p2p_context::{FeatureName, Origin, new_uuid};
use p2p_identity::PLATFORM;
use p2p_jobs::Deliveries;
use p2p_storage::{Event, OutboxEvent};
use p2p_test_support::people::Person;
use reqwest::Method;
use serde_json::json;

use crate::case::CALLERS;
use crate::stage::{NORTH, SOUTH, Stage};

/// See `CALLERS`.
pub struct Cast {
    pub callers: [Person; CALLERS.len()],
    /// Somebody of the owner's organization, with their session, at the other tenant: no session there.
    pub abroad: Person,
    /// The member at the door where addresses must be confirmed. Theirs is, by the letter that invited them.
    pub verified: Person,
}

impl Cast {
    /// Everybody new.
    pub async fn new(stage: &Stage) -> Self {
        let url = stage.host.url("");
        let (member, admin) = (stage.colleague().await, stage.colleague().await);
        let role = json!({"role": "admin"});
        stage.owner.patch(&format!("/users/{}", id(&admin)), &role).await.expect(200);
        let (stranger, platform, unverified) =
            (stage.founder().await, stage.founder().await, stage.founder().await);
        grant(stage, &[&platform, &unverified]).await;
        // Whatever they have become, their sessions know it from here on.
        let member = refreshed(&member).await;
        let callers = [
            Person::nobody(&url, NORTH),
            member.clone(),
            refreshed(&admin).await,
            refreshed(&stranger).await,
            refreshed(&platform).await,
            refreshed(&unverified).await.at(&stage.strict),
        ];
        let abroad = Person::nobody(&url, SOUTH).with_token(member.token.clone());
        Self { callers, abroad, verified: member.at(&stage.strict) }
    }
}

/// What `p2p admin grant` does; then the feature of the users hears it, and everything else that was to be told.
async fn grant(stage: &Stage, people: &[&Person]) {
    let accounts = FeatureName::new("accounts").unwrap();
    let events: Vec<_> = people.iter().map(|person| granted(stage, id(person))).collect();
    let wanted: Vec<_> = events.iter().map(|event| (event, accounts.clone())).collect();
    let deliveries = Deliveries::open(stage.host.stores.as_ref(), &stage.north).await.unwrap();
    deliveries.note(&FeatureName::new(PLATFORM).unwrap(), &wanted).await.unwrap();
    stage.drain().await;
}

fn granted(stage: &Stage, user: &str) -> OutboxEvent {
    let now = stage.host.clock.now();
    let payload = json!({"userId": user}).to_string().into_bytes();
    OutboxEvent {
        id: new_uuid(),
        position: now.0,
        committed_at: now,
        channel_seq: None,
        origin: Origin::default(),
        event: Event { topic: "platform.admin.granted".to_owned(), key: user.to_owned(), payload },
    }
}

/// The same person with new tokens.
pub async fn refreshed(person: &Person) -> Person {
    let bearer = format!("Bearer {}", person.refresh.as_ref().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let nobody = person.with_token(None);
    let answer = nobody.send(Method::POST, "/auth/refresh", None, &headers).await.expect(200);
    let mut refreshed = person.signed_in(&answer);
    refreshed.profile = person.profile.clone();
    refreshed
}

fn id(person: &Person) -> &str {
    person.profile["user"]["id"].as_str().unwrap()
}
