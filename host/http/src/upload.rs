//! Multipart requests: each file is streamed to staging, its type read from its bytes; other parts become one JSON
//! object. No file is ever whole in memory.

mod feed;

use std::io;
use std::sync::Arc;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use p2p_context::Deadline;
use p2p_runtime::Upload;
use p2p_storage::{BlobError, BlobStore, ByteStream, StageLimits};
use p2p_tenants::UploadRules;
use serde_json::{Map, Value};

use self::feed::Feed;
use crate::problem::{Code, Problem, Rule};
use crate::{body, sniff};

/// Bounds of one request with files.
pub struct Limits<'a> {
    /// The route's rules.
    pub rules: &'a UploadRules,
    /// Bytes of everything that is no file.
    pub fields: usize,
    /// When it must be over.
    pub deadline: Deadline,
}

/// What a form held.
pub struct Form {
    /// A JSON object of the parts without a file name.
    pub fields: Vec<u8>,
    /// The files, staged.
    pub uploads: Vec<Upload>,
}

/// The staged files of one request, so that they can be dropped when it fails.
pub struct Staging {
    blobs: Arc<dyn BlobStore>,
    ids: Vec<String>,
}

/// Separators and headers of parts, bytes per file.
const OVERHEAD: u64 = 4 << 10;

impl Staging {
    /// Nothing staged yet.
    pub fn new(blobs: Arc<dyn BlobStore>) -> Self {
        Self { blobs, ids: Vec::new() }
    }

    /// The feature has had its say: what it neither promoted nor rejected is swept within the hour.
    pub fn hand_over(mut self) {
        self.ids.clear();
    }

    /// Drops what was staged. What a feature has promoted stays.
    pub async fn abandon(mut self) {
        drop_staged(&self.blobs, std::mem::take(&mut self.ids)).await;
    }
}

/// A request that ends in its middle, because its sender went away, leaves no file behind.
impl Drop for Staging {
    fn drop(&mut self) {
        let (blobs, ids) = (Arc::clone(&self.blobs), std::mem::take(&mut self.ids));
        if !ids.is_empty() {
            tokio::spawn(async move { drop_staged(&blobs, ids).await });
        }
    }
}

async fn drop_staged(blobs: &Arc<dyn BlobStore>, ids: Vec<String>) {
    for id in &ids {
        // What cannot be dropped now is swept within the hour.
        if let Err(error) = blobs.reject(id).await {
            tracing::warn!(%error, "a staged upload could not be dropped");
        }
    }
}

/// Reads a form.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits<'_>,
    staging: &mut Staging,
) -> Result<Form, Problem> {
    let whole = whole_limit(limits);
    if body::announced(headers).is_some_and(|length| length > whole) {
        return Err(Code::TooLarge.into());
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| Code::FileType)?;
    let (feed, meter) = Feed::new(body, whole);
    let mut parts = Multipart::new(feed, boundary);
    let reading = async {
        let mut form = Parts::default();
        loop {
            meter.expect_headers();
            let Some(part) = parts.next_field().await.map_err(malformed)? else { break };
            meter.expect_content();
            form.take(part, limits, staging).await?;
        }
        form.finish()
    };
    match tokio::time::timeout_at(limits.deadline.instant().into(), reading).await {
        Ok(form) => form,
        Err(_) => Err(Code::Slow.into()),
    }
}

#[derive(Default)]
struct Parts {
    fields: Map<String, Value>,
    field_bytes: usize,
    uploads: Vec<Upload>,
}

impl Parts {
    async fn take(
        &mut self,
        part: Field<'static>,
        limits: &Limits<'_>,
        staging: &mut Staging,
    ) -> Result<(), Problem> {
        match part.file_name().map(file_name) {
            Some(filename) => self.take_file(part, filename, limits, staging).await,
            None => self.take_field(part, limits.fields).await,
        }
    }

    async fn take_file(
        &mut self,
        mut part: Field<'static>,
        filename: String,
        limits: &Limits<'_>,
        staging: &mut Staging,
    ) -> Result<(), Problem> {
        let field = part.name().unwrap_or_default().to_owned();
        if self.uploads.len() >= limits.rules.max_files as usize {
            return Err(Problem::wrong_field(&field, Rule::TooMany(limits.rules.max_files)));
        }
        let head = peek(&mut part).await?;
        let media_type = sniff::media_type(&head);
        if !limits.rules.media_types.iter().any(|allowed| allowed == media_type) {
            return Err(Problem::from(Code::FileType)
                .with_detail("field", field)
                .with_detail("found", media_type));
        }
        let bytes = StageLimits { bytes: limits.rules.max_bytes };
        let staged = staging.blobs.stage(media_type, content(head, part), bytes, limits.deadline).await;
        let staged = staged.map_err(|error| staging_problem(error, &field))?;
        staging.ids.push(staged.id.clone());
        self.uploads.push(Upload {
            field,
            filename,
            media_type: media_type.to_owned(),
            size: staged.size,
            sha256: staged.sha256,
            head: staged.head,
            staged_id: staged.id,
        });
        Ok(())
    }

    async fn take_field(&mut self, mut part: Field<'static>, limit: usize) -> Result<(), Problem> {
        let name = part.name().ok_or(Code::Malformed)?.to_owned();
        let is_json = part.content_type().is_some_and(|found| found.essence_str() == "application/json");
        let mut bytes = BytesMut::new();
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            self.field_bytes += chunk.len();
            if self.field_bytes > limit {
                return Err(Code::TooLarge.into());
            }
            bytes.extend_from_slice(&chunk);
        }
        let value = if is_json {
            serde_json::from_slice(&bytes).map_err(|_| Code::Malformed)?
        } else {
            Value::String(std::str::from_utf8(&bytes).map_err(|_| Code::Malformed)?.to_owned())
        };
        insert(&mut self.fields, name, value);
        Ok(())
    }

    fn finish(self) -> Result<Form, Problem> {
        let fields = serde_json::to_vec(&self.fields).map_err(|_| Code::Internal)?;
        Ok(Form { fields, uploads: self.uploads })
    }
}

/// A name that comes again becomes an array.
fn insert(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => drop(fields.insert(name, value)),
    }
}

/// The first bytes of a file, enough to tell its type.
async fn peek(part: &mut Field<'static>) -> Result<Bytes, Problem> {
    let mut head = BytesMut::new();
    while head.len() < sniff::HEAD {
        match part.chunk().await.map_err(malformed)? {
            Some(chunk) => head.extend_from_slice(&chunk),
            None => break,
        }
    }
    Ok(head.freeze())
}

fn content(head: Bytes, part: Field<'static>) -> ByteStream {
    let rest = part.map(|chunk| chunk.map_err(io::Error::other));
    Box::pin(stream::once(async move { Ok(head) }).chain(rest))
        as std::pin::Pin<Box<dyn Stream<Item = _> + Send>>
}

/// The last segment of what the client calls the file, without control characters.
fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if plain.trim_matches('.').is_empty() { "file".to_owned() } else { plain }
}

fn whole_limit(limits: &Limits<'_>) -> u64 {
    let files = u64::from(limits.rules.max_files);
    let content = files.saturating_mul(limits.rules.max_bytes.saturating_add(OVERHEAD));
    content.saturating_add(2 * limits.fields as u64).saturating_add(OVERHEAD)
}

fn staging_problem(error: BlobError, field: &str) -> Problem {
    match error {
        BlobError::TooLarge => Problem::from(Code::TooLarge).with_detail("field", field),
        BlobError::Truncated => Code::Malformed.into(),
        BlobError::Timeout => Code::Slow.into(),
        error => {
            tracing::error!(%error, "an upload could not be staged");
            Problem::from(Code::FeatureUnavailable).retry_after(5)
        }
    }
}

fn malformed(error: multer::Error) -> Problem {
    match &error {
        multer::Error::StreamReadFailed(cause) if feed::is_too_large(cause.as_ref()) => Code::TooLarge.into(),
        _ => Code::Malformed.into(),
    }
}

#[cfg(test)]
mod tests;
