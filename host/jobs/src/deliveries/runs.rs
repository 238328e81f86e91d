//! Runs of jobs in the table of deliveries: noted once per moment, however many hosts look at the clock.

use p2p_context::{Deadline, FeatureName, Timestamp, new_uuid};
use p2p_storage::packed::{Params, RowReader};
use p2p_storage::{SqlError, Statement, StoreCall};

use super::{Deliveries, Delivery, JobsError, PATIENCE, identify, statement};
use crate::schedule::{PRODUCER, TOPIC};

const ADVANCE: &str = "UPDATE schedules SET due_at = $3 WHERE feature = $1 AND job = $2 AND due_at < $3";
const BEGIN: &str = "INSERT INTO schedules (feature, job, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const MOVE: &str = "UPDATE deliveries SET committed_at = $4 \
    WHERE subscriber = $1 AND producer = $2 AND key = $3 AND NOT is_dead";
const RUN: &str = "INSERT INTO deliveries (event_id, subscriber, producer, key, committed_at, next_at, position, topic, \
    payload) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE NOT EXISTS \
    (SELECT 1 FROM deliveries WHERE subscriber = $2 AND producer = $3 AND key = $4 AND NOT is_dead)";

const TAKE: &str = "UPDATE deliveries SET next_at = $3 \
    WHERE event_id = $1 AND subscriber = $2 AND next_at = $4 AND committed_at = $5 AND NOT is_dead";

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub feature: FeatureName,
    /// By its manifest.
    pub job: String,
    /// The latest moment that was noted.
    pub due_at: Timestamp,
    /// When it was done last.
    pub done_at: Option<Timestamp>,
}

impl Deliveries {
    /// Notes that a job is due for this moment, unless somebody has. One that is seen for the first time begins with its
    /// next moment. A run that still waits, or is tried again, is for the later moment from now on: what was missed is
    /// made up for once.
    pub async fn note_run(
        &self,
        feature: &FeatureName,
        job: &str,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), JobsError> {
        let named = || Params::new().text(feature.as_str()).text(job);
        let advance = Statement { expect: Some(1), ..statement(ADVANCE, named().timestamp(due_at)) };
        let moved = Params::new().text(feature.as_str()).text(PRODUCER).text(job).timestamp(due_at);
        let run = Params::new()
            .uuid(new_uuid())
            .text(feature.as_str())
            .text(PRODUCER)
            .text(job)
            .timestamp(due_at)
            .timestamp(now)
            .s64(due_at.0)
            .text(TOPIC)
            .bytes(b"{}");
        match self.commit(&[advance, statement(MOVE, moved), statement(RUN, run)]).await {
            // New here, or noted by another host, or by this one before it was started anew.
            Err(JobsError::Sql(SqlError::Stale(0))) => {
                self.commit(&[statement(BEGIN, named().timestamp(due_at))]).await
            }
            noted => noted,
        }
    }

    /// Takes a run until then, and with it the right to do it; false when another host has, or when it is for a later
    /// moment by now. Whose host dies over it comes again at that time.
    pub async fn take(&self, run: &Delivery, until: Timestamp) -> Result<bool, JobsError> {
        let seen = identify(run).timestamp(until).timestamp(run.next_at).timestamp(run.committed_at);
        let take = Statement { expect: Some(1), ..statement(TAKE, seen) };
        match self.commit(&[take]).await {
            Ok(()) => Ok(true),
            Err(JobsError::Sql(SqlError::Stale(0))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The job was done for this moment. A run that was moved to a later one meanwhile is due at once.
    pub async fn ran(&self, run: &Delivery, now: Timestamp) -> Result<(), JobsError> {
        let remove = "DELETE FROM deliveries WHERE event_id = $1 AND subscriber = $2 AND committed_at = $3";
        let next =
            "UPDATE deliveries SET next_at = $3 WHERE event_id = $1 AND subscriber = $2 AND NOT is_dead";
        let keep = "UPDATE schedules SET done_at = $3 WHERE feature = $1 AND job = $2";
        let kept = Params::new().text(run.subscriber.as_str()).text(&run.key).timestamp(now);
        let statements = [
            statement(remove, identify(run).timestamp(run.committed_at)),
            statement(next, identify(run).timestamp(now)),
            statement(keep, kept),
        ];
        self.commit(&statements).await
    }

    /// Every job that was ever due, by feature and name.
    pub async fn jobs(&self) -> Result<Vec<Standing>, JobsError> {
        let text = "SELECT feature, job, due_at, done_at FROM schedules ORDER BY feature, job";
        let call = StoreCall::until(Deadline::after(PATIENCE));
        let rows = self.sql.query(call, text, &Params::new().finish()).await?;
        let mut reader = RowReader::new(&rows)?;
        let mut found = Vec::with_capacity(rows.count as usize);
        while reader.advance() {
            found.push(Standing {
                feature: FeatureName::new(reader.text()?).map_err(|_| JobsError::Malformed)?,
                job: reader.text()?.to_owned(),
                due_at: reader.timestamp()?,
                done_at: reader.timestamp_or_null()?,
            });
        }
        Ok(found)
    }
}
