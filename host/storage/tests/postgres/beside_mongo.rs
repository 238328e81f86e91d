//! Tables in PostgreSQL and documents in MongoDB, which `MONGODB_URL` names: one outbox, one record of handled events.

use std::sync::Arc;

use mongodb::Client;
use p2p_context::new_uuid;
use p2p_storage::conformance::{Candidate, Verdict, documents, outbox, sql};
use p2p_storage::mongo::MongoServer;
use p2p_storage::{Documents, Event, ProductionConfig, ProductionStores, StoreCall, StoreLimits, Stores};

use super::support::{World, config, migrations, scope, soon, world, write};

const TABLE: &str = "CREATE TABLE notes (id bigint PRIMARY KEY);";

fn url() -> String {
    std::env::var("MONGODB_URL")
        .expect("MONGODB_URL is not set: run `cargo xtask services up` and set what it prints")
}

/// Stores over both, with databases of their own in each.
async fn both() -> (World, Arc<ProductionStores>, String) {
    let world = world().await;
    let prefix = format!("b{}", &new_uuid().simple().to_string()[14..]);
    let server = MongoServer::new(&url(), &prefix).await.unwrap();
    let config =
        ProductionConfig { documents: Documents::Mongo(server), ..config(&world.database.url, &world.files) };
    (world, Arc::new(ProductionStores::new(config)), prefix)
}

async fn clear(prefix: &str) {
    let client = Client::with_uri_str(url()).await.unwrap();
    for name in client.list_database_names().await.unwrap() {
        if name.starts_with(prefix) {
            client.database(&name).drop().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_together_conform() -> Verdict {
    let (_world, stores, prefix) = both().await;
    stores.check().await?;
    let candidate: Candidate = stores;
    sql::all(&candidate).await?;
    outbox::all(&candidate).await?;
    documents::all(&candidate).await?;
    clear(&prefix).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_tables_and_documents_stand_in_the_order_of_their_writes() {
    let (_world, stores, prefix) = both().await;
    let opened = stores.open(&scope(), &migrations(&[TABLE]), StoreLimits::default()).await.unwrap();
    let event = |key: String| Event { topic: "forums.x.y".to_owned(), key, payload: b"{}".to_vec() };
    for n in 0..10 {
        let told = [event(n.to_string())];
        if n % 2 == 0 {
            let insert = write(&format!("INSERT INTO notes VALUES ({n})"));
            opened.sql.commit(soon(), &[insert], &told).await.unwrap();
        } else {
            opened.documents.insert(soon(), "posts", &n.to_string(), b"{}", &told).await.unwrap();
        }
    }
    let pending = opened.outbox.pending(100).await.unwrap();
    let keys: Vec<_> = pending.iter().map(|pending| pending.event.key.parse::<i32>().unwrap()).collect();
    assert_eq!(keys, (0..10).collect::<Vec<_>>());
    opened.outbox.relayed(&pending.iter().map(|pending| pending.id).collect::<Vec<_>>()).await.unwrap();
    assert!(opened.outbox.pending(100).await.unwrap().is_empty());
    // What a document has recorded as handled, no table takes for new, and the other way round.
    let (one, other) = (new_uuid(), new_uuid());
    let handling = |id| StoreCall { handling: Some(id), ..soon() };
    opened.documents.insert(handling(one), "posts", "handled", b"{}", &[]).await.unwrap();
    assert!(opened.sql.commit(handling(one), &[write("DELETE FROM notes")], &[]).await.is_err());
    opened.sql.commit(handling(other), &[write("DELETE FROM notes WHERE id = 0")], &[]).await.unwrap();
    assert!(opened.documents.insert(handling(other), "posts", "again", b"{}", &[]).await.is_err());
    clear(&prefix).await;
}
