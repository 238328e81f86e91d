//! The real binary over a PostgreSQL and a MongoDB stand-in of its own, each of which stands still and dies under people
//! who write: what they are answered meanwhile, and that nothing acknowledged is lost. Not what the drivers do; their own
//! tests tell that.

#![cfg(test)]

mod answers;
#[path = "../../../storage/tests/mongo/server.rs"]
mod mongo;
mod people;
#[path = "../../../storage/tests/postgres/own_server.rs"]
#[expect(dead_code, reason = "here it is killed, which is worse than a crash")]
mod postgres;
mod reading;
mod server;
mod stores;

use std::sync::Arc;
use std::time::{Duration, Instant};

use p2p_test_support::people::Person;

use answers::{Judged, LONGEST};
use people::Work;
use server::Server;
use stores::{Fault, OwnStores, Store};

/// So many more acknowledgements tell that everybody is at work.
const AT_WORK: usize = 12;
/// Requests that are refused while a store is away, before it returns.
const REFUSED: usize = 8;
/// Longest until requests succeed again.
const RECOVERY: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_that_stand_still_cost_time_and_nothing_else() {
    a_store_after_the_other(Fault::StandsStill).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_that_are_killed_cost_time_and_nothing_else() {
    a_store_after_the_other(Fault::Dies).await;
}

async fn a_store_after_the_other(fault: Fault) {
    let mut stores = OwnStores::start();
    let server = Server::start(&stores);
    let sara = Person::founder(&server.url, "localhost", "sara@works.example").await;
    let work = Arc::new(Work::begin(&sara).await);
    let at_work = work.everybody(&sara);
    for store in [Store::Postgres, Store::Mongo] {
        work.kept_more(AT_WORK).await;
        stores.lose(store, fault);
        work.is_away(true);
        is_noticed(&server, &work, &sara, (store, fault)).await;
        work.is_away(false);
        stores.regain(store, fault);
        is_over(&server, &work).await;
    }
    work.end();
    at_work.join_all().await;
    let complaints = work.complaints();
    assert!(complaints.is_empty(), "{} complaints: {complaints:#?}\n{}", complaints.len(), server.log());
    let (kept, refused) = work.counts();
    println!("{fault:?}: {} acknowledged, {refused} refused", kept.len());
    let all = reading::everything(&sara).await;
    for (id, content) in &kept {
        assert_eq!(all.get(id), Some(content), "{id} was acknowledged\n{}", server.log());
    }
}

/// Readiness tells, and every request is refused in time.
async fn is_noticed(server: &Server, work: &Work, sara: &Person, (store, fault): (Store, Fault)) {
    let begun = Instant::now();
    while server.ready().await == 200 {
        assert!(begun.elapsed() < LONGEST + LONGEST, "{store:?} is away, and the server is ready");
    }
    work.refused_more(REFUSED).await;
    assert_eq!(server.ready().await, 503, "{store:?} is away");
    let topic = answers::get(sara, &format!("/forums/topics/{}", work.square)).await;
    let is_said = match fault {
        Fault::Dies => matches!(topic, Judged::Refused(503)),
        Fault::StandsStill => matches!(topic, Judged::Refused(_)),
    };
    assert!(is_said, "{store:?} is away, and a topic is answered {topic:?}");
    // A list needs no documents; without them it may be whole or refused, and never empty.
    match answers::get(sara, "/forums/topics").await {
        Judged::Fine(page) => assert_ne!(page["items"].as_array().map_or(0, Vec::len), 0, "{page}"),
        Judged::Refused(_) => {}
        Judged::Wrong(complaint) => panic!("{store:?} is away: {complaint}"),
    }
}

/// The same server is ready, and everybody goes on.
async fn is_over(server: &Server, work: &Work) {
    let back = Instant::now();
    while server.ready().await != 200 {
        assert!(back.elapsed() < RECOVERY, "it does not become ready again\n{}", server.log());
    }
    work.kept_more(AT_WORK).await;
    println!("at work again after {:?}", back.elapsed());
}
