//! Hearing of a file that nothing names any more: its bytes go. Whatever dies in between is delivered again.

use p2p_sdk::host::BlobError;
use p2p_sdk::{Ctx, Delivery, Heard};
use serde::Deserialize;

use super::small;

#[derive(Deserialize)]
struct Dropped {
    name: String,
}

/// Hears `FILE_DROPPED`. Deleting what is gone is fine.
pub async fn drop_file(ctx: &Ctx, event: Delivery) -> Heard {
    let Dropped { name } = event.read()?;
    Ok(delete(ctx, &name).await?)
}

/// A file and its small copy, if it has one.
pub async fn delete(ctx: &Ctx, name: &str) -> Result<(), BlobError> {
    ctx.blobs().delete(&small(name)).await?;
    ctx.blobs().delete(name).await
}
