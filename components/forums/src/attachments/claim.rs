//! Naming files in a post: only one's own, only those that no post names yet.

use std::fmt::Write;

use p2p_sdk::{Actor, Batch, Check, Ctx, FromRow, Problem, Row, RowError, Rule, Uuid, params};

use super::{Attachment, Kind};

/// Files of one post.
const ATTACHMENTS_MAX: usize = 10;

const CLAIM: &str = "UPDATE attachments SET post_id = $3 WHERE id = $1 AND owner_id = $2 AND post_id IS NULL";

const UNKNOWN: Rule =
    Rule::Own("UNKNOWN", "is no file of yours that waits for a post", "ليس ملفاً لك بانتظار منشور");

impl<'a> FromRow<'a> for Attachment {
    fn from_row(row: &mut Row<'a>) -> Result<Self, RowError> {
        let (id, filename, mime_type) = (row.get()?, row.get()?, row.get::<String>()?);
        Ok(Self { id, kind: Kind::of(&mime_type), filename, size: row.get()?, mime_type })
    }
}

/// The files of these ids, in their order, if this person may name all of them (422 otherwise).
pub async fn check(ctx: &Ctx, actor: &Actor, ids: &[Uuid]) -> Result<Vec<Attachment>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Check::new().items("attachments", ids.len(), 0..=ATTACHMENTS_MAX).finish()?;
    let mut text = String::from(
        "SELECT id, filename, media_type, size FROM attachments WHERE owner_id = $1 AND post_id IS NULL AND id IN (",
    );
    let mut params = params![actor.user_id];
    for (at, id) in ids.iter().enumerate() {
        let _ = write!(text, "{}${}", if at == 0 { "" } else { ", " }, at + 2);
        params.push(id);
    }
    text.push(')');
    let rows = ctx.sql().query(&text, &params).await?;
    let mut found: Vec<Attachment> = rows.all()?;
    let mut named = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let place = found.iter().position(|file| file.id == *id);
        let place = place.ok_or_else(|| Problem::invalid(format!("attachments[{at}]"), UNKNOWN))?;
        named.push(found.swap_remove(place));
    }
    Ok(named)
}

/// Gives these files to a post. Somebody who was faster makes the batch stale.
pub fn claim(batch: Batch, ids: &[Uuid], owner: Uuid, post: Uuid) -> Batch {
    ids.iter().fold(batch, |batch, id| batch.run_one(CLAIM, params![id, owner, post]))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    /// Sends so many files; answers how they are shown.
    fn files(forum: &Forum, by: &p2p_sdk::Actor, count: usize) -> Vec<Value> {
        let one = |n| {
            let upload = forum.host.stage("file", &format!("{n}.txt"), "text/plain", &vec![7; n + 1]);
            let answer = forum.host.post("/forums/attachments").by(by).upload(upload).send();
            answer.json()["attachments"][0].take()
        };
        (0..count).map(one).collect()
    }

    fn ids(files: &[Value]) -> Value {
        files.iter().map(|file| file["id"].clone()).collect()
    }

    fn named(ids: Value) -> Value {
        with(draft("With files"), "attachments", ids)
    }

    #[test]
    fn files_stand_with_the_post_that_names_them_in_its_order() {
        let forum = Forum::new();
        let mut files = files(&forum, &forum.huda, 3);
        files.reverse();
        let topic = forum.opened(&forum.huda, &named(ids(&files)));
        let found = forum.read(&forum.stranger, topic).json()["posts"]["items"][0].take();
        assert_eq!(found["attachments"], json!(files));
    }

    #[test]
    fn only_ones_own_that_wait_may_be_named() {
        let forum = Forum::new();
        let (own, foreign) = (files(&forum, &forum.huda, 2), files(&forum, &forum.omar, 1));
        let (first, second, foreign) = (&own[0]["id"], &own[1]["id"], &foreign[0]["id"]);
        forum.opened(&forum.huda, &named(json!([first])));
        for (given, field, code) in [
            (json!([second, first]), "attachments[1]", "UNKNOWN"),
            (json!([foreign]), "attachments[0]", "UNKNOWN"),
            (json!([second, second]), "attachments[1]", "UNKNOWN"),
            (json!([forum.host.new_id()]), "attachments[0]", "UNKNOWN"),
            (json!(["a"]), "attachments[0]", "FORM"),
            (json!("a"), "attachments", "TYPE"),
            (json!(vec![second; 11]), "attachments", "TOO_MANY"),
        ] {
            let answer = forum.post(&forum.huda, &named(given));
            assert_eq!((answer.status, answer.wrong_fields()), (422, vec![(field.into(), code.into())]));
        }
        forum.opened(&forum.huda, &named(json!([second])));
    }

    #[test]
    fn two_who_name_it_at_once_do_not_both_get_it() {
        let forum = Forum::new();
        let body = named(ids(&files(&forum, &forum.huda, 1)));
        let send = || forum.host.post("/forums/topics").by(&forum.huda).json(&body);
        let mut answers =
            send().send_with([send(), send()]).iter().map(|answer| answer.status).collect::<Vec<_>>();
        answers.sort_unstable();
        assert_eq!(answers[0], 201);
        assert!(answers[1..].iter().all(|status| matches!(status, 409 | 422)), "{answers:?}");
        assert_eq!(forum.titles(&forum.huda, "").len(), 1);
    }
}
