//! What the host adds to texts before they are answered: their HTML, and cards of who wrote them. One question each,
//! however many texts there are.

use p2p_sdk::{Ctx, People, Problem, Rows, Uuid};

use super::texts::Text;
use crate::attachments::{Attachment, ShownAttachment};

/// Cards and rendered texts: of each list, what stands at one place belongs together.
#[derive(Debug)]
pub struct Dressing {
    cards: Rows,
    ids: Vec<Uuid>,
    contents: Vec<String>,
    html: Vec<String>,
    attachments: Vec<Vec<ShownAttachment>>,
}

/// A text in both forms, and the files that came with it.
#[derive(Debug, Clone, Copy)]
pub struct Dressed<'a> {
    pub content: &'a str,
    pub html: &'a str,
    pub attachments: &'a [ShownAttachment],
}

impl Dressing {
    /// Asks for the cards of these people and renders these texts, together no more than one call of the renderer takes.
    pub async fn of(
        ctx: &Ctx,
        people: impl Iterator<Item = Uuid>,
        texts: Vec<Text>,
    ) -> Result<Self, Problem> {
        let cards = People::ask(ctx, people).await?;
        let ids = texts.iter().map(|text| text.id).collect();
        let shown = |text: Text| {
            let files = text.attachments.into_iter().map(Attachment::show).collect::<Vec<_>>();
            (text.content, files)
        };
        let (contents, attachments): (Vec<_>, Vec<_>) = texts.into_iter().map(shown).unzip();
        let html = ctx.text().markdown(&contents).await;
        Ok(Self { cards, ids, contents, html, attachments })
    }

    /// The cards.
    pub fn authors(&self) -> Result<People<'_>, Problem> {
        People::read(&self.cards)
    }

    /// What this post or reply says.
    pub fn get(&self, id: Uuid) -> Option<Dressed<'_>> {
        let at = self.ids.iter().position(|known| *known == id)?;
        Some(Dressed {
            content: self.contents.get(at)?,
            html: self.html.get(at)?,
            attachments: self.attachments.get(at)?,
        })
    }
}
