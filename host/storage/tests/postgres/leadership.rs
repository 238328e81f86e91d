//! Of several processes one does the background work of a tenant, and another takes over when it is gone.

use std::time::Duration;

use p2p_context::TenantId;
use p2p_storage::{ProductionStores, Stores};
use sqlx::Executor;

use super::support::{config, world};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn one_leads_until_its_session_is_lost() {
    let world = world().await;
    let (acme, other) = (TenantId::new("acme").unwrap(), TenantId::new("other").unwrap());
    let rival = ProductionStores::new(config(&world.database.url, &world.files));
    let mut first = tokio::time::timeout(PATIENCE, world.stores.lead(&acme)).await.unwrap();
    let mut waiting = Box::pin(rival.lead(&acme));
    assert!(tokio::time::timeout(Duration::from_millis(1500), &mut waiting).await.is_err());
    assert!(tokio::time::timeout(Duration::from_millis(100), first.lost()).await.is_err());
    tokio::time::timeout(PATIENCE, rival.lead(&other)).await.unwrap();
    // Both processes' sessions end; whoever asks first leads.
    let mut behind = world.database.behind().await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE application_name = 'p2p-leader' AND datname = current_database()";
    behind.execute(end).await.unwrap();
    tokio::time::timeout(PATIENCE, first.lost()).await.expect("the loss is noticed");
    let mut second = tokio::time::timeout(PATIENCE, waiting).await.expect("another takes over");
    assert!(tokio::time::timeout(Duration::from_millis(1500), second.lost()).await.is_err());
}
