//! Stores with a plug that can be pulled, wholly or in part.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use p2p_context::Scope;
use p2p_identity::EmbeddedIdentity;
use p2p_storage::{
    Dialect, Event, FeatureStores, Migrations, OpenError, Rows, SqlError, SqlStore, Statement, StoreCall,
    StoreLimits, Stores,
};

use crate::world::{World, secrets};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trouble {
    #[default]
    None,
    /// Nothing is read or written.
    Out,
    /// Nothing is written.
    ReadOnly,
    /// What is written is kept, but nobody is told.
    AnswersLost,
}

#[derive(Clone)]
pub struct Plug {
    stores: Arc<dyn Stores>,
    trouble: Arc<Mutex<Trouble>>,
}

struct PluggedSql {
    sql: Arc<dyn SqlStore>,
    trouble: Arc<Mutex<Trouble>>,
}

impl Plug {
    /// A process over the stores of this world, and its plug.
    pub fn of(world: &World) -> (EmbeddedIdentity, Self) {
        let plug = Self { stores: world.stores.clone(), trouble: Arc::default() };
        let (clock, config) = (world.clock.clone(), world.config.clone());
        let identity = EmbeddedIdentity::new(Arc::new(plug.clone()), secrets(), clock, config).unwrap();
        (identity, plug)
    }

    pub fn set(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }
}

impl PluggedSql {
    fn trouble(&self) -> Trouble {
        *self.trouble.lock().unwrap()
    }
}

fn unplugged<T>() -> Result<T, SqlError> {
    Err(SqlError::Unavailable("unplugged".into()))
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
        let sql = Arc::new(PluggedSql { sql: stores.sql, trouble: self.trouble.clone() });
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
        match self.trouble() {
            Trouble::Out => unplugged(),
            _ => self.sql.query(call, text, params).await,
        }
    }

    async fn commit(
        &self,
        call: StoreCall,
        statements: &[Statement],
        events: &[Event],
    ) -> Result<Vec<u64>, SqlError> {
        match self.trouble() {
            Trouble::Out | Trouble::ReadOnly => unplugged(),
            Trouble::None => self.sql.commit(call, statements, events).await,
            Trouble::AnswersLost => {
                self.sql.commit(call, statements, events).await?;
                unplugged()
            }
        }
    }
}
