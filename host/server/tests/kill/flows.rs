//! What features make of each other's events, under deaths: index, dashboard, counters, notifications and letters hold in
//! the end what was written, all of it and once, wherever between relay, handler and its mark the server died.

mod effects;
mod mailbox;
mod script;
mod seen;
mod truth;
mod wanted;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use p2p_test_support::people::Person;
use tokio::task::JoinSet;

use self::script::Lane;
use self::truth::Truth;
use crate::chance::Chance;
use crate::moment::bell;
use crate::server::{House, Server};

const FEATURES: [&str; 7] =
    ["accounts", "forums", "use-cases", "messaging", "search", "dashboard", "notifications"];
/// A word for each round, by which what was written in it is found. None is like another.
const WORDS: [&str; 7] = ["orchid", "granite", "lantern", "meridian", "saffron", "tundra", "walnut"];
/// Lanes in which is written at the same time.
const LANES: usize = 3;
/// Acknowledgements of a round after which its server dies.
const MOST: u64 = 48;
/// How long everything may take to arrive after the last start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who writes to whom.
#[derive(Clone)]
struct Cast {
    sara: Person,
    omar: Person,
}

impl Cast {
    fn at(&self, server: &Server) -> Self {
        Self { sara: self.sara.at(&server.url), omar: self.omar.at(&server.url) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_features_hear_of_each_other_arrives_once() {
    arrives(House::with(&FEATURES)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_when_stores_beside_the_server_live_on() {
    arrives(House::over_services(&FEATURES)).await;
}

async fn arrives(house: House) {
    let mut chance = Chance::new();
    let server = house.start().await;
    let cast = Cast {
        sara: Person::founder(&server.url, "localhost", "sara@works.example").await,
        omar: Person::founder(&server.url, "localhost", "omar@pumps.example").await,
    };
    server.kill();
    let (mut acknowledged, mut cut) = (BTreeSet::new(), 0);
    for word in WORDS {
        acknowledged.extend(write_and_die(&house, &cast, word, &mut chance).await);
        cut += house.deliveries().await.waiting(1_000).await.unwrap().len();
        // Dies once more, over what it finds.
        let server = house.start().await;
        chance.pass(0..=250).await;
        server.kill();
    }
    assert!(acknowledged.len() >= WORDS.len(), "too little was written: {acknowledged:?}");
    assert!(cut > 0, "no death cut anything off");
    println!("{} acknowledged, {cut} deliveries cut off", acknowledged.len());
    let server = house.start().await;
    let cast = cast.at(&server);
    let truth = Truth::read(&cast).await;
    assert_eq!(truth.lost(&acknowledged), [""; 0], "acknowledged and lost");
    let wanted = wanted::wanted(&truth);
    converge(&house, &cast, &wanted).await;
    // Once nothing is on its way any more, nothing has come twice either.
    let off = effects::difference(&wanted, &seen::seen(&house, &cast).await);
    assert!(off.is_empty(), "{off:#?}");
    server.kill();
}

/// Everybody writes until the server is gone: some acknowledgements later, and some milliseconds behind the last of them.
async fn write_and_die(
    house: &House,
    cast: &Cast,
    word: &'static str,
    chance: &mut Chance,
) -> BTreeSet<String> {
    let server = house.start().await;
    let (bell, mut rung) = bell();
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        lanes.spawn(Lane::new(cast.at(&server), &server.url, word, lane, bell.clone()).write());
    }
    drop(bell);
    for _ in 0..chance.of(1..=MOST) {
        // None: every lane has ended, which is for the caller to find out.
        let _ = rung.recv().await;
    }
    chance.pass(0..=60).await;
    server.kill();
    lanes.join_all().await.into_iter().flatten().collect()
}

/// Waits until everything is as it should be, and nothing is on its way. Nothing has failed for good.
async fn converge(house: &House, cast: &Cast, wanted: &[String]) {
    let (deliveries, begun) = (house.deliveries().await, Instant::now());
    loop {
        let dead = deliveries.dead(10).await.unwrap();
        assert!(dead.is_empty(), "{dead:#?}");
        let waiting = deliveries.waiting(10).await.unwrap();
        let off = match waiting.is_empty() {
            true => effects::difference(wanted, &seen::seen(house, cast).await),
            false => waiting.iter().map(|delivery| format!("{delivery:?}")).collect(),
        };
        if off.is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{off:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
