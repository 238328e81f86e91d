//! `POST /forums/attachments`: files before the commit that tells of them. Each is judged alone; a request of which nothing
//! can be kept fails as its first file does.

use p2p_sdk::media_type::is_called_so;
use p2p_sdk::{Actor, Batch, Code, Ctx, Problem, Request, Response, Rule, Uuid, params};
use serde::Serialize;
use serde_json::json;

use super::{Attachment, FILE_KEPT, File, Kind, ShownAttachment, UPLOADS, blob};

/// The form's field.
const FIELD: &str = "file";

const INSERT: &str = "INSERT INTO attachments (id, owner_id, organization_id, filename, media_type, size, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// What became of the files.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = KeptAttachments))]
pub struct Kept {
    pub attachments: Vec<ShownAttachment>,
    pub failed: Vec<Failed>,
}

/// A file that was not kept.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = FailedAttachment))]
pub struct Failed {
    pub filename: String,
    /// `FILE_TYPE` or `TOO_LARGE`.
    pub code: &'static str,
    pub message: &'static str,
}

/// Keeps files.
pub async fn keep(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (mut kept, mut failed, mut first) = (Vec::new(), Vec::new(), None);
    for upload in request.uploads.into_iter().filter(|upload| upload.field == FIELD) {
        let file = Attachment {
            id: ctx.new_id(),
            kind: Kind::of(&upload.media_type),
            filename: upload.filename,
            size: upload.size,
            mime_type: upload.media_type,
        };
        match judge(&file) {
            Ok(()) => kept.push((upload.staged_id, file)),
            Err(code) => {
                first = first.or(Some(code));
                let message = code.message(ctx.call().language);
                failed.push(Failed { filename: file.filename, code: code.as_str(), message });
            }
        }
    }
    match first {
        Some(code) if kept.is_empty() => Err(Problem::new(code)),
        None if kept.is_empty() => Err(Problem::invalid(FIELD, Rule::Required)),
        _ => commit(ctx, actor, kept, failed).await,
    }
}

fn judge(file: &Attachment) -> Result<(), Code> {
    let is_taken = UPLOADS.media_types.contains(&file.mime_type.as_str());
    if !is_taken || !is_called_so(&file.filename, &file.mime_type) {
        return Err(Code::FileType);
    }
    if file.size > file.kind.bytes_max() { Err(Code::TooLarge) } else { Ok(()) }
}

async fn commit(
    ctx: &Ctx,
    actor: &Actor,
    staged: Vec<(String, Attachment)>,
    failed: Vec<Failed>,
) -> Result<Response, Problem> {
    let ids: Vec<_> = staged.iter().map(|(_, file)| file.id).collect();
    let mut batch = Batch::new();
    let mut answer = Kept { attachments: Vec::new(), failed };
    for (staged_id, file) in staged {
        let name = blob(file.id);
        if let Err(error) = ctx.blobs().promote(&staged_id, &name).await {
            drop_all(ctx, &ids).await;
            return Err(error.into());
        }
        batch = insert(batch, ctx, actor, &file, &name);
        answer.attachments.push(file.show());
    }
    let answer = Response::created(&answer);
    let answered = batch.answer(ctx, answer.clone()).await;
    // A request with the same key may have been faster: what it kept is told, and these files are nobody's.
    if answered.as_ref().is_ok_and(|answered| *answered == answer) {
        return answered;
    }
    drop_all(ctx, &ids).await;
    answered
}

fn insert(batch: Batch, ctx: &Ctx, actor: &Actor, file: &Attachment, name: &str) -> Batch {
    let Attachment { id, filename, mime_type, .. } = file;
    let size = i64::try_from(file.size).unwrap_or(i64::MAX);
    let told = File { organization_id: actor.organization_id, name, bytes: file.size };
    batch
        .run_one(
            INSERT,
            params![id, actor.user_id, actor.organization_id, filename, mime_type, size, ctx.now()],
        )
        .event(FILE_KEPT, id, &told)
}

async fn drop_all(ctx: &Ctx, ids: &[Uuid]) {
    for id in ids {
        if let Err(error) = ctx.blobs().delete(&blob(*id)).await {
            ctx.warn(
                "a file that nobody names stays behind",
                &json!({ "id": id, "cause": error.to_string() }),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Language;
    use p2p_sdk::test_host::Answered;
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::Forum;

    const PNG: (&str, &str) = ("pump.PNG", "image/png");
    const PDF: (&str, &str) = ("دليل.pdf", "application/pdf");

    fn send(forum: &Forum, files: &[(&str, &str)], size: usize) -> Answered {
        let post = forum.host.post("/forums/attachments").by(&forum.huda);
        let staged = files.iter().map(|(name, kind)| forum.host.stage("file", name, kind, &vec![7; size]));
        staged.fold(post, |post, upload| post.upload(upload)).send()
    }

    fn events(forum: &Forum) -> Vec<(String, Value)> {
        let events = forum.host.events().into_iter();
        events.map(|event| (event.topic, serde_json::from_slice(&event.payload).unwrap())).collect()
    }

    #[test]
    fn files_are_kept_and_told_of() {
        let forum = Forum::new();
        let answer = send(&forum, &[PNG, PDF], 10);
        let kept = answer.json();
        let id = kept["attachments"][0]["id"].as_str().unwrap();
        let wanted = json!({ "id": id, "type": "image", "url": format!("/api/v1/forums/attachments/{id}"),
            "filename": "pump.PNG", "size": 10, "mimeType": "image/png" });
        assert_eq!((answer.status, &kept["attachments"][0], &kept["failed"]), (201, &wanted, &json!([])));
        assert_eq!(kept["attachments"][1]["type"], "document");
        let told = events(&forum);
        let wanted = json!({ "organizationId": forum.huda.organization_id, "name": format!("attachments/{id}"), "bytes": 10 });
        assert_eq!((told.len(), &told[0]), (2, &("forums.file.kept".to_owned(), wanted)));
    }

    #[test]
    fn each_file_is_judged_alone() {
        let forum = Forum::new();
        let exe = ("pump.exe", "image/png");
        let answer = send(&forum, &[exe, PDF, PNG], 6 << 20);
        let kept = answer.json();
        assert_eq!((answer.status, kept["attachments"].as_array().unwrap().len()), (201, 1));
        let failed: Vec<_> = kept["failed"].as_array().unwrap().iter().map(|file| &file["code"]).collect();
        assert_eq!(failed, ["FILE_TYPE", "TOO_LARGE"]);
        assert_eq!(events(&forum).len(), 1);
        for (files, status, code) in [
            (&[exe, PNG][..], 415, "FILE_TYPE"),
            (&[PNG][..], 413, "TOO_LARGE"),
            (&[("a.csv", "text/plain")][..], 415, "FILE_TYPE"),
            (&[("pdf", "application/pdf")][..], 415, "FILE_TYPE"),
            (&[][..], 422, "VALIDATION"),
        ] {
            let answer = send(&forum, files, 6 << 20);
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{files:?}");
        }
        assert!(events(&forum).is_empty());
    }

    #[test]
    fn what_failed_is_told_in_the_callers_language() {
        let forum = Forum::new();
        let stage = |name| forum.host.stage("file", name, "text/plain", b"a");
        let post = forum.host.post("/forums/attachments").by(&forum.huda).language(Language::Ar);
        let failed = post.upload(stage("a.txt")).upload(stage("a.exe")).send().json()["failed"].take();
        let message = Code::FileType.message(Language::Ar);
        assert_eq!(failed, json!([{ "filename": "a.exe", "code": "FILE_TYPE", "message": message }]));
    }

    #[test]
    fn the_same_key_keeps_once() {
        let forum = Forum::new();
        let send = || {
            let upload = forum.host.stage("file", "a.txt", "text/plain", b"a");
            let post = forum.host.post("/forums/attachments").by(&forum.huda).upload(upload);
            post.header("idempotency-key", "k-1")
        };
        let (first, second) = (send().send(), send().send());
        assert_eq!((first.status, &first.body), (201, &second.body));
        assert_eq!(events(&forum).len(), 1);
    }

    #[test]
    fn what_is_not_committed_leaves_no_file() {
        let forum = Forum::new();
        let full = "CREATE TRIGGER full BEFORE INSERT ON attachments BEGIN SELECT RAISE(ABORT, 'full'); END";
        forum.host.execute(full, params![]);
        assert!(send(&forum, &[PNG], 10).status >= 500);
        assert!(events(&forum).is_empty());
        // Two forums make the same ids in the same order: this is the one that was given.
        let twin = Forum::new();
        let kept = send(&twin, &[PNG], 10).json();
        let id: Uuid = kept["attachments"][0]["id"].as_str().unwrap().parse().unwrap();
        forum.host.execute("DROP TRIGGER full", params![]);
        let row =
            params![id, forum.huda.user_id, None::<Uuid>, "a.png", "image/png", 10i64, forum.host.now()];
        forum.host.execute(INSERT, row);
        let show = |forum: &Forum| {
            forum.host.get(&format!("/forums/attachments/{id}")).by(&forum.huda).send().status
        };
        assert_eq!((show(&twin), show(&forum)), (302, 404));
    }
}
