//! Sealed signing keys, named by the time at which they were made.

use p2p_storage::packed::{Malformed, Params, RowReader};

use super::{Fault, Tables};

/// All of them: when made (milliseconds since 1970), and sealed DER.
pub async fn key_list(tables: Tables<'_>) -> Result<Vec<(i64, Vec<u8>)>, Fault> {
    let rows = tables
        .query("SELECT created_ms, sealed FROM signing_keys ORDER BY created_ms", Params::new())
        .await?;
    let mut reader = RowReader::new(&rows)?;
    let mut keys = Vec::new();
    while reader.advance() {
        keys.push((reader.s64()?, reader.bytes_or_null()?.ok_or(Malformed)?.to_vec()));
    }
    Ok(keys)
}

/// A new one, unless another replica made one in the same millisecond.
pub async fn key_insert(tables: Tables<'_>, created_ms: i64, sealed: &[u8]) -> Result<(), Fault> {
    let text =
        "INSERT INTO signing_keys (created_ms, sealed) VALUES ($1, $2) ON CONFLICT (created_ms) DO NOTHING";
    tables.execute(text, Params::new().s64(created_ms).bytes(sealed)).await?;
    Ok(())
}

/// Removes one.
pub async fn key_delete(tables: Tables<'_>, created_ms: i64) -> Result<(), Fault> {
    tables.execute("DELETE FROM signing_keys WHERE created_ms = $1", Params::new().s64(created_ms)).await?;
    Ok(())
}
