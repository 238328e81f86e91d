//! `POST /use-cases/{id}/media`: files side by side, then the commit that names them. Each is judged alone; a request of
//! which nothing can be kept fails as its first file does. Before a file is kept it is written down that it may be, so that
//! one which is never named is found again.

use p2p_sdk::host::{BlobError, Picture};
use p2p_sdk::media_type::{endings, is_called_so};
use p2p_sdk::{
    Batch, Check, Code, Ctx, Problem, Request, Response, Rule, Timestamp, Upload, Uuid, join_all, params,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::written::Written;
use super::{FILE_KEPT, Kind, MEDIA_MAX, SMALL, ShownMedia, blob, delete, told};
use crate::cases::{Card, Detail, Found, StoredMedia};

/// Many may add files at once: each time one of them is through.
const TRIES: usize = 12;
const CAPTION_MAX: usize = 300;

const PEND: &str = "INSERT INTO pending_files (name, created_at) VALUES ($1, $2)";
const NAMED: &str = "DELETE FROM pending_files WHERE name = $1";

/// What is said of the files.
#[derive(Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = MediaWords))]
pub struct Words {
    /// Of all files, or one for each in their order.
    #[cfg_attr(feature = "describe", schema(value_type = Option<String>, max_length = 300))]
    caption: Option<Caption>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Caption {
    All(String),
    Each(Vec<String>),
}

/// What became of the files.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = KeptMedia))]
pub struct Kept {
    pub media: Vec<ShownMedia>,
    pub failed: Vec<Failed>,
}

/// A file that was not kept.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = FailedMedia))]
pub struct Failed {
    pub filename: String,
    /// `FILE_TYPE`, `TOO_LARGE`, or `BUSY` for one that may be sent again.
    pub code: &'static str,
    pub message: &'static str,
}

impl Words {
    fn of(&self, at: usize) -> Option<String> {
        let text = match self.caption.as_ref()? {
            Caption::All(text) => text,
            Caption::Each(texts) => texts.get(at)?,
        };
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn check(&self) -> Result<(), Problem> {
        let all = match &self.caption {
            None => &[][..],
            Some(Caption::All(text)) => std::slice::from_ref(text),
            Some(Caption::Each(texts)) => texts,
        };
        Check::new().each(all, |check, (_, text)| check.text("caption", text, 0..=CAPTION_MAX)).finish()
    }
}

/// Adds files.
pub async fn keep(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let found = Found::of(ctx, request.id("id")?).await?;
    let card = found.card()?;
    actor.author_or_admin(card.submitted_by, card.organization_id)?;
    let words: Words = request.json_or_empty()?;
    words.check()?;
    if request.uploads.is_empty() {
        return Err(Problem::invalid("file", Rule::Required));
    }
    room(&found.detail, request.uploads.len())?;
    let (case, language) = (card.id, ctx.call().language);
    let uploads = request.uploads.into_iter().enumerate();
    let files: Vec<_> = uploads.map(|(at, upload)| (ctx.new_id(), words.of(at), upload)).collect();
    pend(ctx, case, &files).await?;
    let stores = ctx.concurrent();
    let kept = join_all(files.iter().map(|(id, caption, upload)| {
        let (stores, caption) = (&stores, caption.clone());
        async move { one(stores, case, *id, caption, upload).await }
    }))
    .await;
    let (mut media, mut failed, mut first) = (Vec::new(), Vec::new(), None);
    for ((_, _, upload), kept) in files.into_iter().zip(kept) {
        match kept {
            Ok(file) => media.push(file),
            Err(problem) => {
                let code = problem.code();
                let (filename, message) = (upload.filename, code.message(language));
                failed.push(Failed { filename, code: code.as_str(), message });
                first = first.or(Some(problem));
            }
        }
    }
    match first {
        Some(problem) if media.is_empty() => Err(problem),
        _ => commit(ctx, found, &media, failed).await,
    }
}

fn room(detail: &Detail, more: usize) -> Result<(), Problem> {
    Check::new().that(detail.media.len() + more <= MEDIA_MAX, "file", Rule::TooMany(MEDIA_MAX)).finish()
}

async fn pend(ctx: &Ctx, case: Uuid, files: &[(Uuid, Option<String>, Upload)]) -> Result<(), Problem> {
    let now = ctx.now();
    let good = files.iter().filter(|(.., upload)| judge(Kind::of(&upload.media_type), upload).is_ok());
    let batch = good.fold(Batch::new(), |batch, (id, ..)| batch.run_one(PEND, params![blob(case, *id), now]));
    batch.commit(ctx).await?;
    Ok(())
}

/// Keeps one file.
async fn one(
    ctx: &Ctx,
    case: Uuid,
    id: Uuid,
    caption: Option<String>,
    upload: &Upload,
) -> Result<StoredMedia, Problem> {
    let kind = Kind::of(&upload.media_type);
    judge(kind, upload)?;
    let name = blob(case, id);
    let file = StoredMedia {
        id,
        kind,
        filename: upload.filename.clone(),
        mime_type: upload.media_type.clone(),
        size: upload.size,
        bytes: upload.size,
        caption,
        width: None,
        height: None,
    };
    if kind != Kind::Image {
        ctx.blobs().promote(&upload.staged_id, &name).await?;
        return Ok(file);
    }
    let copies = ctx.blobs().promote_picture(&upload.staged_id, &name, &[SMALL]).await;
    let copies = copies.map_err(|error| match error {
        BlobError::Rejected => Problem::new(Code::FileType),
        error => error.into(),
    })?;
    Ok(drawn(file, &copies))
}

fn judge(kind: Kind, upload: &Upload) -> Result<(), Problem> {
    if !is_called_so(&upload.filename, &upload.media_type) {
        return Err(Problem::new(Code::FileType));
    }
    if upload.size > kind.bytes_max() { Err(Problem::new(Code::TooLarge)) } else { Ok(()) }
}

/// A picture as the host drew it anew: of another type, perhaps, and then called as files of that type are.
fn drawn(mut file: StoredMedia, copies: &[Picture]) -> StoredMedia {
    file.bytes = copies.iter().map(|copy| copy.blob.size).sum();
    let Some(whole) = copies.first() else { return file };
    file.size = whole.blob.size;
    (file.width, file.height) = (Some(whole.width), Some(whole.height));
    if !is_called_so(&file.filename, &whole.blob.media_type) {
        let stem = file.filename.rsplit_once('.').map_or(file.filename.as_str(), |(stem, _)| stem);
        let ending = endings(&whole.blob.media_type).first().copied().unwrap_or_default();
        file.filename = format!("{stem}.{ending}");
    }
    file.mime_type.clone_from(&whole.blob.media_type);
    file
}

async fn commit(
    ctx: &Ctx,
    mut found: Found,
    media: &[StoredMedia],
    failed: Vec<Failed>,
) -> Result<Response, Problem> {
    let case = found.card()?.id;
    let shown = media.iter().map(|file| ShownMedia::of(case, file)).collect();
    let answer = Response::created(&Kept { media: shown, failed });
    let mut left = TRIES;
    let answered = loop {
        left -= 1;
        match name(ctx, &found, media, &answer).await {
            Err(problem) if left > 0 && problem.code() == Code::VersionConflict => {}
            done => break done,
        }
        match Found::of(ctx, case).await {
            Ok(again) => found = again,
            Err(problem) => break Err(problem),
        }
    };
    // A request with the same key may have been faster: what it kept is told, and these files are nobody's.
    if !matches!(&answered, Ok(answered) if *answered == answer) {
        drop_all(ctx, case, media).await;
    }
    answered
}

/// Names the files in the use case, if it is still the version that was looked at.
async fn name(
    ctx: &Ctx,
    found: &Found,
    media: &[StoredMedia],
    answer: &Response,
) -> Result<Response, Problem> {
    room(&found.detail, media.len())?;
    let card: Card<'_> = found.card()?;
    let now: Timestamp = ctx.now();
    let mut detail = Detail { updated_at: now, ..found.detail.clone() };
    detail.media.extend_from_slice(media);
    let (written, batch) = Written::begin(ctx, &card, &detail).await?;
    let batch = media.iter().fold(batch, |batch, file| {
        let batch = batch.run_one(NAMED, params![blob(card.id, file.id)]);
        batch.tell(told(FILE_KEPT, card.id, card.organization_id, file))
    });
    let done = batch.answer(ctx, answer.clone()).await;
    if matches!(&done, Ok(answered) if answered != answer) {
        written.abandon(ctx).await;
        return done;
    }
    written.end(ctx, done).await
}

/// What cannot be dropped now still stands among the files that nobody named, and is swept within the hour.
async fn drop_all(ctx: &Ctx, case: Uuid, media: &[StoredMedia]) {
    for file in media {
        if let Err(error) = delete(ctx, &blob(case, file.id)).await {
            let fields = json!({ "id": file.id, "cause": error.to_string() });
            ctx.warn("a file that nobody names stays behind", &fields);
        }
    }
}

#[cfg(test)]
mod tests;
