//! Notes deliveries, several rows with each statement. Letters are looked up first: one that went out is not noted again.

use p2p_context::FeatureName;
use p2p_storage::packed::Params;
use p2p_storage::{OutboxEvent, Statement};

use super::{Deliveries, JobsError, statement};
use crate::mail;

/// Rows of one statement.
const AT_ONCE: usize = 8;
/// Values of a row: the last two are the same.
const VALUES: usize = 8;
const INTO: &str = "INSERT INTO deliveries \
    (event_id, subscriber, producer, position, topic, key, payload, committed_at, next_at)";

/// An event, and who must hear of it.
type Wanted<'a> = (&'a OutboxEvent, FeatureName);

impl Deliveries {
    /// Notes that these events must reach these subscribers. Noting the same again changes nothing.
    pub async fn note(&self, producer: &FeatureName, wanted: &[Wanted<'_>]) -> Result<(), JobsError> {
        let (letters, events): (Vec<_>, Vec<_>) =
            wanted.iter().partition(|(_, subscriber)| subscriber.as_str() == mail::SUBSCRIBER);
        let mut statements: Vec<Statement> =
            events.chunks(AT_ONCE).map(|chunk| insert(producer, chunk)).collect();
        statements.extend(letters.into_iter().map(|letter| insert_letter(producer, letter)));
        self.commit(&statements).await
    }
}

fn insert(producer: &FeatureName, chunk: &[&Wanted<'_>]) -> Statement {
    let rows: Vec<String> = (0..chunk.len()).map(|row| format!("({})", holes(row))).collect();
    let params = chunk.iter().fold(Params::new(), |params, wanted| describe(params, producer, wanted));
    statement(&format!("{INTO} VALUES {} ON CONFLICT DO NOTHING", rows.join(", ")), params)
}

fn insert_letter(producer: &FeatureName, letter: &Wanted<'_>) -> Statement {
    let unsent = "WHERE NOT EXISTS (SELECT 1 FROM sent_letters WHERE event_id = $1)";
    let text = format!("{INTO} SELECT {} {unsent} ON CONFLICT DO NOTHING", holes(0));
    statement(&text, describe(Params::new(), producer, letter))
}

fn holes(row: usize) -> String {
    let first = row * VALUES + 1;
    let holes: Vec<String> = (first..first + VALUES).map(|n| format!("${n}")).collect();
    format!("{}, ${}", holes.join(", "), first + VALUES - 1)
}

fn describe(params: Params, producer: &FeatureName, (event, subscriber): &Wanted<'_>) -> Params {
    params
        .uuid(event.id)
        .text(subscriber.as_str())
        .text(producer.as_str())
        .s64(event.position)
        .text(&event.event.topic)
        .text(&event.event.key)
        .bytes(&event.event.payload)
        .timestamp(event.committed_at)
}
