//! The table of the audit log: the one place with its SQL, one text for every dialect.

use p2p_storage::packed::{Malformed, Params, RowReader};
use p2p_storage::{Rows, Statement};
use uuid::Uuid;

use super::{AuditEntry, AuditFilter};

const COLUMNS: &str = "id, at, actor, action, subject, request, address, details";

/// The statement that adds an entry, unless it is there already.
pub fn entry_insert(entry: &AuditEntry) -> Statement {
    let text = format!(
        "INSERT INTO audit ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING"
    );
    Statement { text, params: entry_params(entry).finish(), expect: None }
}

/// The statement that adds an entry if there is a row of this kind. The kind follows FROM and counts its parameters,
/// which are added by `more`, from `$9`.
pub fn entry_insert_if(entry: &AuditEntry, kind: &str, more: impl FnOnce(Params) -> Params) -> Statement {
    let text = format!("INSERT INTO audit ({COLUMNS}) SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM {kind}");
    Statement { text, params: more(entry_params(entry)).finish(), expect: None }
}

/// The statement that reads what is wanted. A beginning is compared letter by letter and not by LIKE, whose cases and
/// wildcards differ from store to store.
pub fn list_query(filter: &AuditFilter, limit: u32) -> (String, Params) {
    let by_actor = if filter.actor.is_some() { "AND actor = $5" } else { "" };
    let text = format!(
        "SELECT {COLUMNS} FROM audit
        WHERE id < $2 AND substr(action, 1, CAST($3 AS INTEGER)) = $4 {by_actor} ORDER BY id DESC LIMIT $1"
    );
    let action = filter.action.as_deref().unwrap_or_default();
    let length = i64::try_from(action.chars().count()).unwrap_or(i64::MAX);
    let before = filter.before.unwrap_or(Uuid::max());
    let params = Params::new().s64(i64::from(limit)).uuid(before).s64(length).text(action);
    let params = match filter.actor {
        Some(actor) => params.uuid(actor),
        None => params,
    };
    (text, params)
}

/// The entries of an answer.
pub fn read_entries(rows: &Rows) -> Result<Vec<AuditEntry>, Malformed> {
    let mut reader = RowReader::new(rows)?;
    let mut entries = Vec::new();
    while reader.advance() {
        entries.push(AuditEntry {
            id: reader.uuid()?,
            at: reader.timestamp()?,
            actor: reader.uuid_or_null()?,
            action: reader.text()?.to_owned(),
            subject: reader.text()?.to_owned(),
            request: reader.text_or_null()?.map(str::to_owned),
            address: reader.text_or_null()?.and_then(|address| address.parse().ok()),
            details: serde_json::from_str(reader.text()?).map_err(|_| Malformed)?,
        });
    }
    Ok(entries)
}

fn entry_params(entry: &AuditEntry) -> Params {
    let params = Params::new().uuid(entry.id).timestamp(entry.at);
    let params = match entry.actor {
        Some(actor) => params.uuid(actor),
        None => params.null(),
    };
    params
        .text(&entry.action)
        .text(&entry.subject)
        .text_or_null(entry.request.as_deref())
        .text_or_null(entry.address.map(|address| address.to_string()).as_deref())
        .text(&entry.details.to_string())
}
