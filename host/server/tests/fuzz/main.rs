//! Schemathesis, which knows nothing of us but the OpenAPI document, against the real binary with every feature and the
//! demo's data: whatever it makes up, no answer is a fault of ours, and none is one that the document does not tell of.

#![cfg(test)]

mod documents;
mod fuzzer;
mod raw;
mod server;
mod stand_in;
mod things;

use p2p_storage::conformance::database::TestDatabase;
use p2p_test_support::people::Person;

use documents::DocumentServer;
use fuzzer::{Fuzzer, Pass};
use server::{ADMIN, Server};
use stand_in::StandIn;
use things::Things;

/// These end the session that is used, or would if they were sent what ends it. Everything after them would be answered
/// 401, so that they have a pass of their own, with a session of its own.
const ENDING: [&str; 4] = [
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/password",
    "POST /api/v1/auth/refresh",
    "DELETE /api/v1/auth/sessions/{handle}",
];

async fn ask_everything(server: &Server) {
    let fuzzer = Fuzzer::new(&server.url, &Things::of(&server.person(ADMIN).await).await);
    let all = fuzzer.operations().await;
    assert!(all.len() > 90, "{all:#?}");
    for ending in ENDING {
        assert!(all.iter().any(|operation| operation == ending), "{ending} is gone");
    }
    let admin = server.platform_admin().await;
    let signed_in = Pass { token: admin.token.as_deref(), but: &ENDING, ..Pass::default() };
    fuzzer.run(&signed_in).well(all.len() - ENDING.len());
    raw::ask(&admin, &fuzzer.document().await, &ENDING).await;
    let leaver = Person::founder(&server.url, "localhost", "leaver@leavers.example").await;
    let leaving =
        Pass { token: leaver.token.as_deref(), only: &ENDING, may_be_refused: true, ..Pass::default() };
    fuzzer.run(&leaving).well(ENDING.len());
    server.has_no_complaints().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_hold_whatever_is_asked_and_nobody_may_ask_more() {
    let server = Server::over_files();
    let fuzzer = Fuzzer::new(&server.url, &Things::of(&server.person(ADMIN).await).await);
    // Most of it is refused before anything is looked at.
    let nobody = Pass { examples: Some(4), may_be_refused: true, ..Pass::default() };
    fuzzer.run(&nobody).well(fuzzer.operations().await.len());
    ask_everything(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_hold_whatever_is_asked() {
    let (database, documents) = (TestDatabase::create().await.unwrap(), DocumentServer::start());
    let server = Server::over_services(&database.url, &documents.url);
    ask_everything(&server).await;
}

/// What the two above would say, were there anything to say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_as_told_is_found() {
    let stand_in = StandIn::start();
    let fuzzer = Fuzzer::new(&stand_in.url, &Things::none());
    fuzzer.run(&Pass { only: &["GET /api/v1/well"], ..Pass::default() }).well(1);
    for (operation, complaint) in stand_in::WRONG {
        let found = fuzzer.run(&Pass { only: &[operation], ..Pass::default() });
        assert!(!found.is_well && found.said.contains(complaint), "{operation}: {}", found.said);
    }
}
