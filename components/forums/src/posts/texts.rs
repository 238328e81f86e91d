//! The texts of posts and replies, found where they stand: in documents that are here already, in others that are asked
//! for, or, while an edit has not reached its document, among the revisions.

use p2p_sdk::{Ctx, Document, Problem, Uuid, join_all};
use serde_json::json;

use super::document::{Stored, place};
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
pub async fn find(ctx: &Ctx, wanted: &[Wanted], mut documents: Vec<Document>) -> Result<Vec<Text>, Problem> {
    let mut asked: Vec<_> = wanted.iter().map(Asked::of).collect();
    ask_missing(ctx, &asked, &mut documents).await?;
    for document in &documents {
        collect(document, &mut asked)?;
    }
    let mut texts = Vec::with_capacity(wanted.len());
    for Asked { wanted, found, .. } in asked {
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

/// A text on its way: the document it should be in, and the text with its revision.
struct Asked {
    wanted: Wanted,
    place: (&'static str, String),
    found: Option<(Text, Uuid)>,
}

impl Asked {
    fn of(wanted: &Wanted) -> Self {
        Self { wanted: *wanted, place: place(wanted.post, wanted.chunk), found: None }
    }
}

/// Asks for documents that are not here, all at once.
async fn ask_missing(ctx: &Ctx, asked: &[Asked], documents: &mut Vec<Document>) -> Result<(), Problem> {
    let mut missing: Vec<&(&str, String)> = Vec::new();
    for Asked { place, .. } in asked {
        if !documents.iter().any(|document| document.id == place.1) && !missing.contains(&place) {
            missing.push(place);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let stores = ctx.concurrent();
    let gets = missing.iter().map(|(collection, id)| stores.documents().get(collection, id));
    for found in join_all(gets).await {
        documents.extend(found?);
    }
    Ok(())
}

/// Takes out of a document what is wanted of it.
fn collect(document: &Document, asked: &mut [Asked]) -> Result<(), Problem> {
    let mut here = asked.iter_mut().filter(|asked| asked.place.1 == document.id).peekable();
    if here.peek().is_none() {
        return Ok(());
    }
    let mut body = Stored::read(document)?;
    for Asked { wanted: Wanted { id, post, .. }, found, .. } in here {
        let stored =
            if id == post { Some(&mut body) } else { body.replies.iter_mut().find(|reply| reply.id == *id) };
        *found = stored.map(|stored| {
            let content = std::mem::take(&mut stored.content).into_owned();
            let attachments = std::mem::take(&mut stored.attachments);
            (Text { id: *id, content, attachments }, stored.revision.unwrap_or(*post))
        });
    }
    Ok(())
}
