//! The texts of posts and replies, found where they stand: in documents that are here already, in others that are asked
//! for, or, while an edit has not reached its document, among the revisions.

use p2p_sdk::{Ctx, Document, Problem, Uuid, join_all};
use serde_json::json;

use super::document::{Stored, held, place};
use crate::attachments::Attachment;
use crate::revisions;

/// Whose text is wanted, in which revision, and which document should have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub id: Uuid,
    pub revision: Uuid,
    pub post: Uuid,
    pub chunk: u32,
}

/// A text and the files that came with it.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub id: Uuid,
    pub content: String,
    pub attachments: Vec<Attachment>,
}

/// The texts that are wanted, in their order. One that is nowhere is left out and told to the log.
pub async fn find(ctx: &Ctx, wanted: &[Wanted], documents: Vec<Document>) -> Result<Vec<Text>, Problem> {
    let mut here: Vec<_> = documents.into_iter().filter_map(Here::of).collect();
    ask_missing(ctx, wanted, &mut here).await?;
    let mut found: Vec<Option<(Text, Uuid)>> = wanted.iter().map(|_| None).collect();
    for document in &here {
        document.collect(wanted, &mut found)?;
    }
    let mut texts = Vec::with_capacity(wanted.len());
    for (wanted, found) in wanted.iter().zip(found) {
        let Some((mut text, revision)) = found else {
            ctx.warn("a text is in no document", &json!({ "id": wanted.id, "post": wanted.post }));
            continue;
        };
        if revision != wanted.revision {
            let Some(content) = revisions::content(ctx, wanted.revision).await? else { continue };
            text.content = content;
        }
        texts.push(text);
    }
    Ok(texts)
}

/// The text of one thing; 404 when it is nowhere.
pub async fn one(ctx: &Ctx, wanted: Wanted) -> Result<Text, Problem> {
    find(ctx, &[wanted], Vec::new()).await?.pop().ok_or_else(Problem::not_found)
}

impl Wanted {
    /// What the document holds that should have it.
    fn place(&self) -> (Uuid, u32) {
        (self.post, self.chunk)
    }
}

/// A document, and what it holds.
struct Here {
    place: (Uuid, u32),
    document: Document,
}

impl Here {
    fn of(document: Document) -> Option<Self> {
        Some(Self { place: held(&document.id)?, document })
    }

    /// Takes out what is wanted of it, each text with its revision.
    fn collect(&self, wanted: &[Wanted], found: &mut [Option<(Text, Uuid)>]) -> Result<(), Problem> {
        let mut asked =
            wanted.iter().zip(found).filter(|(wanted, _)| wanted.place() == self.place).peekable();
        if asked.peek().is_none() {
            return Ok(());
        }
        let mut body = self.document.read::<Stored<'_>>()?;
        for (Wanted { id, post, .. }, found) in asked {
            let stored = if id == post {
                Some(&mut body)
            } else {
                body.replies.iter_mut().find(|reply| reply.id == *id)
            };
            *found = stored.map(|stored| {
                let content = std::mem::take(&mut stored.content).into_owned();
                let attachments = std::mem::take(&mut stored.attachments);
                (Text { id: *id, content, attachments }, stored.revision.unwrap_or(*post))
            });
        }
        Ok(())
    }
}

/// Asks for documents that are not here, all at once.
async fn ask_missing(ctx: &Ctx, wanted: &[Wanted], here: &mut Vec<Here>) -> Result<(), Problem> {
    let mut missing: Vec<(Uuid, u32)> = Vec::new();
    for place in wanted.iter().map(Wanted::place) {
        if !here.iter().any(|document| document.place == place) && !missing.contains(&place) {
            missing.push(place);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let stores = ctx.concurrent();
    let places: Vec<_> = missing.into_iter().map(|(post, chunk)| place(post, chunk)).collect();
    let gets = places.iter().map(|(collection, id)| stores.documents().get(collection, id));
    for found in join_all(gets).await {
        here.extend(found?.and_then(Here::of));
    }
    Ok(())
}
