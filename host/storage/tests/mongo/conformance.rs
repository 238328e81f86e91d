//! The suites that concern MongoDB, over the shape that is run in earnest: tables in PostgreSQL, documents in MongoDB,
//! one outbox of both.

use std::sync::Arc;

use p2p_context::SystemClock;
use p2p_storage::conformance::database::TestDatabase;
use p2p_storage::conformance::{Candidate, Verdict, documents, outbox, sql};
use p2p_storage::mongo::MongoServer;
use p2p_storage::{Documents, ProductionConfig, ProductionStores, StoreLimits};

use super::support::{drop_databases, event, fresh_prefix, posts, scope, soon, url};

/// Stores, and what they stand on.
struct World {
    stores: Candidate,
    prefix: String,
    _database: TestDatabase,
    _files: tempfile::TempDir,
}

async fn world() -> World {
    let (database, files) = (TestDatabase::create().await.unwrap(), tempfile::tempdir().unwrap());
    let prefix = fresh_prefix();
    let config = ProductionConfig {
        database: database.address().unwrap(),
        documents: Documents::Mongo(MongoServer::new(&url(), &prefix).await.unwrap()),
        connections: 16,
        database_key: [7; 32],
        blob_key: [8; 32],
        files_prefix: "/files".to_owned(),
        files: files.path().to_owned(),
        clock: Arc::new(SystemClock),
    };
    let stores = Arc::new(ProductionStores::new(config));
    World { stores, prefix, _database: database, _files: files }
}

impl World {
    async fn end(self) -> Verdict {
        drop_databases(&url(), &self.prefix).await;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_conform() -> Verdict {
    let world = world().await;
    documents::all(&world.stores).await?;
    world.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_conforms() -> Verdict {
    let world = world().await;
    outbox::all(&world.stores).await?;
    world.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sql_conforms() -> Verdict {
    let world = world().await;
    sql::all(&world.stores).await?;
    world.end().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_tables_and_documents_keep_the_order_of_their_writes() -> Verdict {
    let world = world().await;
    let stores = world.stores.open(&scope(), &posts(&[]), StoreLimits::default()).await?;
    stores.documents.insert(soon(), "posts", "a", b"{}", &[event("1"), event("2")]).await?;
    stores.sql.commit(soon(), &[], &[event("3")]).await?;
    stores.documents.delete(soon(), "posts", "a", None, &[event("4")]).await?;
    stores.outbox.emit(soon(), &[event("5")]).await?;
    stores.documents.insert(soon(), "posts", "b", b"{}", &[event("6")]).await?;
    let pending = stores.outbox.pending(5).await?;
    let keys: Vec<_> = pending.iter().map(|pending| pending.event.key.as_str()).collect();
    assert_eq!(keys, ["1", "2", "3", "4", "5"]);
    let ids: Vec<_> = pending.iter().map(|pending| pending.id).collect();
    stores.outbox.relayed(&ids).await?;
    let left = stores.outbox.pending(5).await?;
    assert_eq!(left.iter().map(|pending| pending.event.key.as_str()).collect::<Vec<_>>(), ["6"]);
    world.end().await
}
