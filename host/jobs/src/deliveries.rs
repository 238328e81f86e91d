//! The table of deliveries of one tenant: what is due, what is dead. Kept through the SQL port, so that it lives
//! wherever the tenant's other tables live.

mod done;
mod noting;
mod runs;

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, Scope, TenantId, Timestamp};
use p2p_storage::packed::{Malformed, Params, RowReader};
use p2p_storage::{
    Migration, Migrations, OpenError, Rows, SqlError, SqlStore, Statement, StoreCall, StoreLimits, Stores,
};
use uuid::Uuid;

use done::Done;
pub use runs::Standing;

use crate::schedule;

/// The store's name beside the features' own.
const SCOPE: &str = "jobs";
/// Longest a single statement of this room may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// An event comes once more within days; what went out longer ago is forgotten.
const SENT_KEPT: Duration = Duration::from_hours(30 * 24);
/// Bytes of one answer: a few hundred deliveries with the largest payloads there can be.
const ANSWER_MAX: usize = 64 << 20;
const COLUMNS: &str = "event_id, subscriber, producer, position, topic, key, payload, committed_at, is_dead, attempts, next_at, last_error";

/// One event on its way to one subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of migrations/jobs by their names")]
pub struct Delivery {
    pub event_id: Uuid,
    pub subscriber: FeatureName,
    pub producer: FeatureName,
    pub position: i64,
    pub topic: String,
    pub key: String,
    pub payload: Vec<u8>,
    pub committed_at: Timestamp,
    pub is_dead: bool,
    pub attempts: u32,
    pub next_at: Timestamp,
    pub last_error: String,
}

impl Delivery {
    /// What it is, for a person: its topic, or the job that is due.
    pub fn subject(&self) -> String {
        if self.topic == schedule::TOPIC { format!("job {}", self.key) } else { self.topic.clone() }
    }
}

/// What can go wrong with the table.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// It could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A statement failed.
    #[error("deliveries: {0}")]
    Sql(#[from] SqlError),
    /// The audit log did not take an event.
    #[error(transparent)]
    Audit(#[from] p2p_identity::audit::AuditError),
    /// A row does not read as a delivery.
    #[error("deliveries: a row is malformed")]
    Malformed,
}

impl From<Malformed> for JobsError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// The deliveries of one tenant.
#[derive(Clone)]
pub struct Deliveries {
    sql: Arc<dyn SqlStore>,
    done: Arc<Done>,
}

impl Deliveries {
    /// Opens the tenant's table, making it when it is new.
    pub async fn open(stores: &dyn Stores, tenant: &TenantId) -> Result<Self, JobsError> {
        let feature = FeatureName::new(SCOPE).map_err(|_| JobsError::Malformed)?;
        let scope = Scope { tenant: tenant.clone(), feature };
        let limits = StoreLimits { bytes: ANSWER_MAX, ..StoreLimits::default() };
        let opened = stores.open(&scope, &migrations(), limits).await?;
        Ok(Self { sql: opened.sql, done: Arc::default() })
    }

    /// Deliveries whose time has come, those that wait longest first, none before an older one of the same key, none to the busy.
    pub async fn due(
        &self,
        now: Timestamp,
        busy: &[FeatureName],
        limit: u32,
    ) -> Result<Vec<Delivery>, JobsError> {
        let holes: String = (3..3 + busy.len()).map(|n| format!(", ${n}")).collect();
        let text = format!(
            "SELECT {COLUMNS} FROM deliveries d WHERE NOT d.is_dead AND d.next_at <= $1 \
             AND d.subscriber NOT IN (''{holes}) AND NOT EXISTS \
             (SELECT 1 FROM deliveries e WHERE NOT e.is_dead AND e.subscriber = d.subscriber \
             AND e.producer = d.producer AND e.key = d.key AND e.position < d.position) \
             ORDER BY d.next_at, d.committed_at, d.position LIMIT $2"
        );
        let params = Params::new().timestamp(now).s64(i64::from(limit));
        let params = busy.iter().fold(params, |params, subscriber| params.text(subscriber.as_str()));
        self.select(&text, params).await
    }

    /// The delivery has had its effect. Struck together with others that end at the same time.
    pub async fn done(&self, delivery: &Delivery) -> Result<(), JobsError> {
        Ok(self.done.strike(self.sql.as_ref(), delivery).await?)
    }

    /// The letter went out. Remembered, so that it does not go out again should its event be noted once more.
    pub async fn sent(&self, delivery: &Delivery, now: Timestamp) -> Result<(), JobsError> {
        let keep = "INSERT INTO sent_letters (event_id, sent_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let forget = "DELETE FROM sent_letters WHERE event_id IN \
                      (SELECT event_id FROM sent_letters WHERE sent_at < $1 ORDER BY sent_at LIMIT 4)";
        let remove = "DELETE FROM deliveries WHERE event_id = $1 AND subscriber = $2";
        let statements = [
            statement(keep, Params::new().uuid(delivery.event_id).timestamp(now)),
            statement(forget, Params::new().timestamp(now.minus(SENT_KEPT))),
            statement(remove, identify(delivery)),
        ];
        self.commit(&statements).await
    }

    /// It failed and is tried again then.
    pub async fn again(&self, delivery: &Delivery, at: Timestamp, reason: &str) -> Result<(), JobsError> {
        let text = "UPDATE deliveries SET attempts = attempts + 1, next_at = $3, last_error = $4 \
                    WHERE event_id = $1 AND subscriber = $2";
        self.commit(&[statement(text, identify(delivery).timestamp(at).text(reason))]).await
    }

    /// Nothing was tried; it comes again then.
    pub async fn later(&self, delivery: &Delivery, at: Timestamp) -> Result<(), JobsError> {
        let text = "UPDATE deliveries SET next_at = $3 WHERE event_id = $1 AND subscriber = $2";
        self.commit(&[statement(text, identify(delivery).timestamp(at))]).await
    }

    /// It failed for good.
    pub async fn bury(&self, delivery: &Delivery, reason: &str) -> Result<(), JobsError> {
        let text = "UPDATE deliveries SET attempts = attempts + 1, is_dead = $3, last_error = $4 \
                    WHERE event_id = $1 AND subscriber = $2";
        self.commit(&[statement(text, identify(delivery).bool(true).text(reason))]).await
    }

    /// Dead letters, oldest first.
    pub async fn dead(&self, limit: u32) -> Result<Vec<Delivery>, JobsError> {
        let text = format!("SELECT {COLUMNS} FROM deliveries WHERE is_dead ORDER BY event_id LIMIT $1");
        self.select(&text, Params::new().s64(i64::from(limit))).await
    }

    /// Everything that is not dead, oldest first.
    pub async fn waiting(&self, limit: u32) -> Result<Vec<Delivery>, JobsError> {
        let text = format!("SELECT {COLUMNS} FROM deliveries WHERE NOT is_dead ORDER BY next_at LIMIT $1");
        self.select(&text, Params::new().s64(i64::from(limit))).await
    }

    /// The deliveries of one event.
    pub async fn of_event(&self, event: Uuid) -> Result<Vec<Delivery>, JobsError> {
        let text = format!("SELECT {COLUMNS} FROM deliveries WHERE event_id = $1 ORDER BY subscriber");
        self.select(&text, Params::new().uuid(event)).await
    }

    /// Tries dead letters again: one event's, or all. Answers how many.
    pub async fn revive(&self, event: Option<Uuid>, now: Timestamp) -> Result<u64, JobsError> {
        let text = "UPDATE deliveries SET is_dead = $1, attempts = 0, next_at = $2 WHERE is_dead AND ($3 OR event_id = $4)";
        let params =
            Params::new().bool(false).timestamp(now).bool(event.is_none()).uuid(event.unwrap_or_default());
        let call = StoreCall::until(Deadline::after(PATIENCE));
        let changed = self.sql.commit(call, &[statement(text, params)], &[]).await?;
        Ok(changed.iter().sum())
    }

    async fn commit(&self, statements: &[Statement]) -> Result<(), JobsError> {
        let call = StoreCall::until(Deadline::after(PATIENCE));
        self.sql.commit(call, statements, &[]).await?;
        Ok(())
    }

    async fn select(&self, text: &str, params: Params) -> Result<Vec<Delivery>, JobsError> {
        let call = StoreCall::until(Deadline::after(PATIENCE));
        read(&self.sql.query(call, text, &params.finish()).await?)
    }
}

fn migrations() -> Migrations {
    let step = |version, name: &str, sqlite: &str, postgres: &str| Migration {
        version,
        name: name.into(),
        sqlite: sqlite.into(),
        postgres: postgres.into(),
    };
    let tables = vec![
        step(
            1,
            "deliveries",
            include_str!("../../../migrations/jobs/sqlite/0001_deliveries.sql"),
            include_str!("../../../migrations/jobs/postgres/0001_deliveries.sql"),
        ),
        step(
            2,
            "sent_letters",
            include_str!("../../../migrations/jobs/sqlite/0002_sent_letters.sql"),
            include_str!("../../../migrations/jobs/postgres/0002_sent_letters.sql"),
        ),
        step(
            3,
            "delivery_indexes",
            include_str!("../../../migrations/jobs/sqlite/0003_delivery_indexes.sql"),
            include_str!("../../../migrations/jobs/postgres/0003_delivery_indexes.sql"),
        ),
        step(
            4,
            "schedules",
            include_str!("../../../migrations/jobs/sqlite/0004_schedules.sql"),
            include_str!("../../../migrations/jobs/postgres/0004_schedules.sql"),
        ),
    ];
    Migrations { tables, collections: Vec::new() }
}

fn statement(text: &str, params: Params) -> Statement {
    Statement { text: text.to_owned(), params: params.finish(), expect: None }
}

fn identify(delivery: &Delivery) -> Params {
    Params::new().uuid(delivery.event_id).text(delivery.subscriber.as_str())
}

fn read(rows: &Rows) -> Result<Vec<Delivery>, JobsError> {
    let mut reader = RowReader::new(rows)?;
    let mut found = Vec::with_capacity(rows.count as usize);
    while reader.advance() {
        found.push(Delivery {
            event_id: reader.uuid()?,
            subscriber: FeatureName::new(reader.text()?).map_err(|_| JobsError::Malformed)?,
            producer: FeatureName::new(reader.text()?).map_err(|_| JobsError::Malformed)?,
            position: reader.s64()?,
            topic: reader.text()?.to_owned(),
            key: reader.text()?.to_owned(),
            payload: reader.bytes_or_null()?.unwrap_or_default().to_vec(),
            committed_at: reader.timestamp()?,
            is_dead: reader.bool()?,
            attempts: u32::try_from(reader.s64()?).unwrap_or(u32::MAX),
            next_at: reader.timestamp()?,
            last_error: reader.text()?.to_owned(),
        });
    }
    Ok(found)
}
