//! What people wrote, as it is told again.

use p2p_sdk::{Ctx, EventError, Uuid};

use crate::posts::{self, Wanted};
use crate::told;

/// How texts begin, without markup, by the thing they belong to.
pub struct Texts(Vec<(Uuid, String)>);

impl Texts {
    /// Of these things, asked for at once.
    pub async fn of(ctx: &Ctx, wanted: impl Iterator<Item = Wanted>) -> Result<Self, EventError> {
        let texts = posts::texts(ctx, &wanted.collect::<Vec<_>>(), Vec::new()).await?;
        let (ids, contents): (Vec<_>, Vec<_>) = texts.into_iter().map(|text| (text.id, text.content)).unzip();
        let plain = if contents.is_empty() { Vec::new() } else { told::plain(ctx, &contents).await };
        Ok(Self(ids.into_iter().zip(plain).collect()))
    }

    /// Of this thing, if it has one.
    pub fn of_id(&self, id: Uuid) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == id).map(|(_, text)| text.as_str())
    }
}
