//! Topics and events under writes: no acknowledged one is missing, none is there twice, none has its effect twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use p2p_test_support::people::{Person, topic};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::server::House;

/// Deaths.
const ROUNDS: u64 = 6;
/// Clients that write at the same time.
const WRITERS: u64 = 4;

/// Writes until the server is gone; answers what was acknowledged.
async fn write(person: Person, round: u64, writer: u64) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        let title = format!("Written in round {round} by {writer} as number {n}");
        let Some(answer) = person.try_post("/forums/topics", &topic(&title)).await else { break };
        if answer.status == 201 {
            acknowledged.push(Acknowledged::Topic(answer.json["id"].as_str().unwrap().to_owned()));
        }
        let note = format!("note-{round}-{writer}-{n}");
        let told =
            json!({"topic": "hostile.thing.happened", "key": note, "payload": {"do": "write", "text": note}});
        let Some(answer) = person.try_post("/hostile/emit", &told).await else { break };
        if answer.status < 300 {
            acknowledged.push(Acknowledged::Note(note));
        }
    }
    acknowledged
}

enum Acknowledged {
    Topic(String),
    Note(String),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    writers(House::with(&["accounts", "forums", "hostile"])).await;
}

/// A topic is a row in one of them and a document in the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_it_is_when_stores_beside_the_server_live_on() {
    writers(House::over_services(&["accounts", "forums", "hostile"])).await;
}

async fn writers(house: House) {
    let (mut topics, mut notes) = (Vec::new(), BTreeSet::new());
    let server = house.start().await;
    let mut person = Person::founder(&server.url, "localhost", "a@works.example").await;
    let mut server = Some(server);
    for round in 0..ROUNDS {
        let running = match server.take() {
            Some(server) => server,
            None => house.start().await,
        };
        person = person.at(&running.url);
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(write(person.clone(), round, writer));
        }
        // Somewhere within the writing, a little later each round.
        tokio::time::sleep(Duration::from_millis(150 + 90 * round)).await;
        running.kill();
        for acknowledged in writers.join_all().await.into_iter().flatten() {
            match acknowledged {
                Acknowledged::Topic(id) => topics.push(id),
                Acknowledged::Note(note) => drop(notes.insert(note)),
            }
        }
    }
    assert!(topics.len() > 10, "too little was written to say anything: {}", topics.len());
    assert!(notes.len() > 10, "too few events to say anything: {}", notes.len());
    let server = house.start().await;
    let person = person.at(&server.url);
    every_topic_is_there_once(&person, &topics).await;
    every_note_is_there_once(&person, &notes).await;
    server.kill();
}

async fn every_topic_is_there_once(person: &Person, acknowledged: &[String]) {
    for id in acknowledged {
        person.get(&format!("/forums/topics/{id}")).await.expect(200);
    }
    let (mut titles, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = person.get(&format!("/forums/topics?limit=100{cursor}")).await.expect(200).json;
        for item in page["items"].as_array().unwrap() {
            *titles.entry(item["title"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let twice: Vec<_> = titles.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "written twice: {twice:?}");
}

/// Events are delivered after the restart as well; waits for that, then looks once more for doubles.
async fn every_note_is_there_once(person: &Person, acknowledged: &BTreeSet<String>) {
    let begun = Instant::now();
    loop {
        let written = notes(person).await;
        let distinct: BTreeSet<_> = written.iter().cloned().collect();
        assert_eq!(distinct.len(), written.len(), "an event had its effect twice");
        if acknowledged.is_subset(&distinct) {
            return;
        }
        let missing = acknowledged.difference(&distinct).count();
        assert!(begun.elapsed() < Duration::from_secs(60), "{missing} events are lost");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn notes(person: &Person) -> Vec<String> {
    let sql = json!({"sql": "SELECT text FROM notes ORDER BY text LIMIT 4000"});
    let rows = person.post("/hostile/sql", &sql).await.expect(200).json;
    let rows = rows["rows"].as_array().cloned().unwrap_or_default();
    rows.iter().filter_map(|row| row.get(0).and_then(Value::as_str).map(str::to_owned)).collect()
}
