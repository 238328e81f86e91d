//! Who is who in one tenant: reads the views that the feature owning users declares, and remembers cards for a
//! while. Forgets them when that feature says something changed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use moka::sync::Cache;
use p2p_context::{Deadline, Language, Role};
use p2p_storage::packed::{Cell, Malformed, Params, RowReader, RowsWriter, put};
use p2p_storage::{Rows, SqlError, SqlStore, StoreCall};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Columns of a card, as `wit/platform/content.wit` lists them.
const COLUMNS: [&str; 9] =
    ["id", "name", "title", "avatar", "verified", "active", "role", "organization_id", "organization_name"];
/// Cards remembered per tenant.
const CARDS: u64 = 20_000;
/// The longest a card may be stale when no event says so (another replica changed it).
const CARD_TTL: Duration = Duration::from_secs(30);

/// Reads of cards at the same time. When cards grow old under load, everybody misses the same ones: the first read them,
/// the others find them.
const READERS: usize = 4;

/// Somebody as far as the host itself must know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Where they belong.
    pub organization: Option<Uuid>,
    /// Their role there; an unknown one is the least.
    pub role: Role,
    /// Whether they may do anything.
    pub active: bool,
    /// Whether their address was verified.
    pub verified: bool,
}

/// The directory of one tenant.
pub struct Directory {
    source: RwLock<Option<Arc<dyn SqlStore>>>,
    /// Packed cells of one row, by user id.
    cards: Cache<Uuid, Arc<[u8]>>,
    /// How often cards were forgotten: what was read before the last time may not be remembered after it.
    forgotten: AtomicU64,
    readers: Semaphore,
}

impl Default for Directory {
    fn default() -> Self {
        let cards = Cache::builder().max_capacity(CARDS).time_to_live(CARD_TTL).build();
        Self {
            source: RwLock::new(None),
            cards,
            forgotten: AtomicU64::new(0),
            readers: Semaphore::new(READERS),
        }
    }
}

impl Directory {
    /// Reads from this store from now on; none when the owning feature was removed.
    pub fn set_source(&self, source: Option<Arc<dyn SqlStore>>) {
        *self.source.write().unwrap_or_else(|e| e.into_inner()) = source;
        self.forget();
    }

    /// Forgets every card.
    pub fn forget(&self) {
        self.forgotten.fetch_add(1, SeqCst);
        self.cards.invalidate_all();
    }

    /// Cards of these users; unknown ids are left out.
    pub async fn users(&self, deadline: Deadline, ids: &[Uuid]) -> Result<Rows, SqlError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut missing = self.recall(ids, &mut found);
        if !missing.is_empty() {
            let reader = tokio::time::timeout_at(deadline.instant().into(), self.readers.acquire()).await;
            let _reader = reader.map_err(|_| SqlError::Busy)?;
            missing = self.recall(&missing, &mut found);
            if !missing.is_empty() {
                self.read(deadline, &missing, &mut found).await?;
            }
        }
        let mut writer = RowsWriter::new(COLUMNS.len() as u32);
        for card in found.values() {
            writer.begin_row();
            writer.cells().extend_from_slice(card);
        }
        Ok(writer.finish(COLUMNS.into_iter()))
    }

    /// One user; none when nobody has this id.
    pub async fn person(&self, deadline: Deadline, id: Uuid) -> Result<Option<Person>, SqlError> {
        let rows = self.users(deadline, &[id]).await?;
        read_person(&rows).map_err(|_| malformed())
    }

    /// Active users whose name begins with the query.
    pub async fn search(&self, deadline: Deadline, query: &str, limit: u32) -> Result<Rows, SqlError> {
        let text = "SELECT u.id, u.name, u.title, u.avatar, u.verified, u.active, u.role, \
                    u.organization_id, o.name FROM directory_users u \
                    LEFT JOIN directory_organizations o ON o.id = u.organization_id \
                    WHERE u.active AND u.search_name >= $1 AND u.search_name < $2 ORDER BY u.search_name, u.id LIMIT $3";
        let from = query.to_lowercase();
        let until = format!("{from}\u{10FFFF}");
        let params = Params::new().text(&from).text(&until).s64(i64::from(limit)).finish();
        self.source()?.query(StoreCall::until(deadline), text, &params).await
    }

    /// The language a user reads; English when the owner of users keeps none.
    pub async fn language(&self, deadline: Deadline, user: Uuid) -> Result<Language, SqlError> {
        let Ok(source) = self.source() else { return Ok(Language::default()) };
        let text = "SELECT language FROM directory_users WHERE id = $1";
        let found = source.query(StoreCall::until(deadline), text, &Params::new().uuid(user).finish()).await;
        let rows = match found {
            Ok(rows) => rows,
            // The column came later than the view.
            Err(SqlError::Rejected(_)) => return Ok(Language::default()),
            Err(error) => return Err(error),
        };
        let mut reader = RowReader::new(&rows).map_err(|_| malformed())?;
        if !reader.advance() {
            return Ok(Language::default());
        }
        match reader.cell().map_err(|_| malformed())? {
            Cell::Text(name) => Ok(Language::named(name).unwrap_or_default()),
            _ => Ok(Language::default()),
        }
    }

    /// Finds the cards that are remembered; answers the ids of the others, each once.
    fn recall(&self, ids: &[Uuid], found: &mut HashMap<Uuid, Arc<[u8]>>) -> Vec<Uuid> {
        let mut missing = Vec::new();
        for id in ids {
            match self.cards.get(id) {
                Some(card) => drop(found.insert(*id, card)),
                None if !missing.contains(id) => missing.push(*id),
                None => {}
            }
        }
        missing
    }

    fn source(&self) -> Result<Arc<dyn SqlStore>, SqlError> {
        let source = self.source.read().unwrap_or_else(|e| e.into_inner());
        source
            .clone()
            .ok_or_else(|| SqlError::Unavailable("no feature of this tenant offers a directory".into()))
    }

    async fn read(
        &self,
        deadline: Deadline,
        ids: &[Uuid],
        found: &mut HashMap<Uuid, Arc<[u8]>>,
    ) -> Result<(), SqlError> {
        let marks: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
        let text = format!(
            "SELECT u.id, u.name, u.title, u.avatar, u.verified, u.active, u.role, u.organization_id, o.name \
             FROM directory_users u LEFT JOIN directory_organizations o ON o.id = u.organization_id \
             WHERE u.id IN ({})",
            marks.join(", ")
        );
        let params = ids.iter().fold(Params::new(), |params, id| params.uuid(*id)).finish();
        let before = self.forgotten.load(SeqCst);
        let rows = self.source()?.query(StoreCall::until(deadline), &text, &params).await?;
        let mut reader = RowReader::new(&rows).map_err(|_| malformed())?;
        while reader.advance() {
            let (id, card) = read_card(&mut reader)?;
            if self.forgotten.load(SeqCst) == before {
                self.cards.insert(id, Arc::clone(&card));
            }
            found.insert(id, card);
        }
        Ok(())
    }
}

fn read_card(reader: &mut RowReader<'_>) -> Result<(Uuid, Arc<[u8]>), SqlError> {
    let id = reader.uuid().map_err(|_| malformed())?;
    let mut card = Vec::with_capacity(128);
    put::uuid(&mut card, id.as_bytes());
    for _ in 1..COLUMNS.len() {
        match reader.cell().map_err(|_| malformed())? {
            Cell::Null => put::null(&mut card),
            Cell::Bool(value) => put::bool(&mut card, value),
            Cell::S64(value) => put::s64(&mut card, value),
            Cell::Text(text) => put::text(&mut card, text),
            Cell::Bytes(bytes) => put::bytes(&mut card, bytes),
            Cell::Uuid(id) => put::uuid(&mut card, &id),
            _ => return Err(malformed()),
        }
    }
    Ok((id, card.into()))
}

fn read_person(rows: &Rows) -> Result<Option<Person>, Malformed> {
    let mut reader = RowReader::new(rows)?;
    if !reader.advance() {
        return Ok(None);
    }
    // Id, name, title and avatar are for people.
    for _ in 0..4 {
        reader.cell()?;
    }
    let (verified, active) = (reader.bool()?, reader.bool()?);
    let role = match reader.text_or_null()? {
        Some(role) if role == Role::Admin.as_str() => Role::Admin,
        _ => Role::Member,
    };
    Ok(Some(Person { organization: reader.uuid_or_null()?, role, active, verified }))
}

fn malformed() -> SqlError {
    SqlError::Unavailable("the directory views do not have the columns of the contract".into())
}

#[cfg(test)]
mod tests;
