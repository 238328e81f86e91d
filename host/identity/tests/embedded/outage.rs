//! A store that can be unplugged: what still works then, and that nobody is signed out by it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use p2p_context::Scope;
use p2p_identity::{AuthenticateError, CredentialError, EmbeddedIdentity, Identity, SessionError};
use p2p_storage::{
    Dialect, Event, FeatureStores, Migrations, OpenError, Rows, SqlError, SqlStore, Statement, StoreCall,
    StoreLimits, Stores,
};
use uuid::Uuid;

use crate::browser::Browser;
use crate::world::{PASSWORD, World, acme, member, secrets};

const USER: Uuid = Uuid::from_u128(5);

#[derive(Clone)]
struct Plug {
    stores: Arc<dyn Stores>,
    is_out: Arc<AtomicBool>,
}

struct PluggedSql {
    sql: Arc<dyn SqlStore>,
    is_out: Arc<AtomicBool>,
}

impl PluggedSql {
    fn check(&self) -> Result<(), SqlError> {
        if self.is_out.load(Ordering::SeqCst) {
            Err(SqlError::Unavailable("unplugged".into()))
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Stores for Plug {
    async fn open(
        &self,
        scope: &Scope,
        migrations: &Migrations,
        limits: StoreLimits,
    ) -> Result<FeatureStores, OpenError> {
        let stores = self.stores.open(scope, migrations, limits).await?;
        let sql = Arc::new(PluggedSql { sql: stores.sql, is_out: self.is_out.clone() });
        Ok(FeatureStores { sql, ..stores })
    }

    async fn check(&self) -> Result<(), OpenError> {
        self.stores.check().await
    }
}

#[async_trait]
impl SqlStore for PluggedSql {
    fn dialect(&self) -> Dialect {
        self.sql.dialect()
    }

    async fn query(&self, call: StoreCall, text: &str, params: &[u8]) -> Result<Rows, SqlError> {
        self.check()?;
        self.sql.query(call, text, params).await
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        self.check()?;
        self.sql.commit(call, statements, events).await
    }
}

#[tokio::test]
async fn tokens_are_believed_without_the_store_and_the_rest_says_unavailable() {
    let world = World::new();
    let plug = Plug { stores: world.stores.clone(), is_out: Arc::default() };
    let clock = world.clock.clone();
    let identity =
        EmbeddedIdentity::new(Arc::new(plug.clone()), secrets(), clock, world.config.clone()).unwrap();
    let mut browser = Browser::with_cookies();
    let issued = identity.session_create(&acme(), &browser.call(), USER, member()).await.unwrap();
    browser.take(&issued.headers);

    plug.is_out.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let actor = identity.authenticate(&acme(), &browser.call(), true).await.unwrap();
        assert_eq!(actor.map(|actor| actor.user_id), Some(USER));
    }
    identity.tick().await;
    assert!(matches!(
        identity.session_refresh(&acme(), &browser.refresh()).await,
        Err(SessionError::Unavailable(_))
    ));
    assert!(matches!(
        identity.session_revoke(&acme(), &browser.call()).await,
        Err(SessionError::Unavailable(_))
    ));
    let verified = identity.credential_verify(&acme(), "a@b.co", PASSWORD).await;
    assert!(matches!(verified, Err(CredentialError::Unavailable(_))));
    let unseen = identity.authenticate(&crate::world::call("other"), &browser.call(), true).await;
    assert!(matches!(unseen, Err(AuthenticateError::Unavailable(_))), "a tenant that was not seen before");

    plug.is_out.store(false, Ordering::SeqCst);
    assert!(identity.authenticate(&acme(), &browser.call(), true).await.unwrap().is_some());
    identity.session_refresh(&acme(), &browser.refresh()).await.expect("nothing was lost");
    let elsewhere = identity.authenticate(&crate::world::call("other"), &browser.call(), true).await;
    assert_eq!(elsewhere, Err(AuthenticateError::TryRefresh), "and the failure is not remembered");
}
