//! What the host adds to texts before they are answered: their HTML, and cards of who wrote them. One question each,
//! however many texts there are.

use p2p_sdk::{Ctx, People, Problem, Rows, Uuid};

use super::texts::Text;
use crate::attachments::{Attachment, ShownAttachment};

/// Cards and rendered texts.
#[derive(Debug)]
pub struct Dressing {
    cards: Rows,
    texts: Vec<Dressed>,
}

/// A text in both forms, and the files that came with it.
#[derive(Debug)]
pub struct Dressed {
    id: Uuid,
    pub content: String,
    pub html: String,
    pub attachments: Vec<ShownAttachment>,
}

impl Dressing {
    /// Asks for the cards of these people and renders these texts, together no more than one call of the renderer takes.
    pub async fn of(
        ctx: &Ctx,
        people: impl Iterator<Item = Uuid>,
        texts: Vec<Text>,
    ) -> Result<Self, Problem> {
        let cards = People::ask(ctx, people).await?;
        let sources = texts.iter().map(|text| text.content.clone()).collect();
        let html = ctx.text().markdown(sources).await;
        let dress = |(text, html): (Text, String)| {
            let attachments = text.attachments.into_iter().map(Attachment::show).collect();
            Dressed { id: text.id, content: text.content, html, attachments }
        };
        Ok(Self { cards, texts: texts.into_iter().zip(html).map(dress).collect() })
    }

    /// The cards.
    pub fn authors(&self) -> Result<People<'_>, Problem> {
        People::read(&self.cards)
    }

    /// What this post or reply says.
    pub fn get(&self, id: Uuid) -> Option<&Dressed> {
        self.texts.iter().find(|dressed| dressed.id == id)
    }
}
