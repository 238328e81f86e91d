//! Routes, rules and statements of notes. In a larger feature each noun has its own module.

use p2p_sdk::{
    Access, Actor, Batch, Check, Code, Ctx, Cursor, Delivery, EventError, Feature, Page, PageRequest,
    Problem, Request, Response, Timestamp, Uuid, from_row, get, migration, params, patch, post,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The feature.
pub fn feature() -> Feature {
    Feature::new("notes", env!("CARGO_PKG_VERSION"), "Notes that an organization keeps.")
        .migrations(&[migration!("../../migrations/template", "0001_notes")])
        .settings::<Settings>()
        .route(
            get("/notes", list)
                .summary("The organization's notes, latest first")
                .paged()
                .query::<Listing>()
                .answers::<Page<Note>>(200),
        )
        .route(
            post("/notes", create)
                .summary("Write a note")
                .takes::<NewNote>()
                .example(r#"{"title": "Pump P-101", "content": "Vibrates above **40 Hz**."}"#)
                .idempotent()
                .answers::<Note>(201)
                .fails(&[Code::BadState]),
        )
        .route(get("/notes/{id}", read).summary("One note").answers::<Note>(200))
        .route(
            patch("/notes/{id}", edit)
                .summary("Change a note")
                .takes::<NoteEdit>()
                .example(r#"{"title": "Pump P-101, line two"}"#)
                .answers::<Note>(200)
                .fails(&[Code::Forbidden, Code::VersionConflict]),
        )
        .route(
            post("/notes/clear", clear)
                .access(Access::Admin)
                .summary("Remove all notes of the organization")
                .answers_empty(204),
        )
        .on_event("accounts.user.deactivated", author_left)
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct Note {
    id: Uuid,
    author_id: Uuid,
    title: String,
    content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<String>,
    #[serde(skip)]
    version: i64,
    created_at: Timestamp,
}

from_row!(Note { id, author_id, title, content, version, created_at; content_html });

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct NewNote {
    title: String,
    content: String,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
struct NoteEdit {
    title: Option<String>,
    content: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
struct Listing {
    author: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
struct Settings {
    /// How many notes an organization may keep.
    most: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most: 1000 }
    }
}

const NOTE_LIST: &str = "SELECT id, author_id, title, content, version, created_at FROM notes \
    WHERE organization_id = $1 AND (author_id = $2 OR $2 IS NULL) \
    AND ((created_at, id) < ($3, $4) OR $3 IS NULL) \
    ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6";
const NOTE_COUNT: &str =
    "SELECT COUNT(*) FROM (SELECT 1 FROM notes WHERE organization_id = $1 LIMIT $2) counted";
const NOTE_READ: &str = "SELECT id, author_id, title, content, version, created_at FROM notes \
    WHERE id = $1 AND organization_id = $2";
const NOTE_INSERT: &str = "INSERT INTO notes (id, organization_id, author_id, title, content, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
const NOTE_EDIT: &str = "UPDATE notes SET title = $3, content = $4, version = version + 1 \
    WHERE id = $1 AND version = $2";

async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let organization = organization(ctx.actor()?)?;
    let wanted = PageRequest::of(&request)?;
    let listing: Listing = request.query()?;
    let (before, id) = match &wanted.cursor {
        Some(cursor) => cursor.read::<(Timestamp, Uuid)>("notes").map(|(at, id)| (Some(at), Some(id)))?,
        None => (None, None),
    };
    let params = params![organization, listing.author, before, id, wanted.fetch(), wanted.offset];
    let rows = ctx.sql().query(NOTE_LIST, &params).await?;
    let mut page = Page::new(&wanted, rows.all::<Note>()?, |last| {
        Cursor::new("notes", params![last.created_at, last.id])
    });
    if wanted.count {
        let counted = ctx.sql().query(NOTE_COUNT, &params![organization, PageRequest::count_limit()]).await?;
        page = page.with_total(counted.value()?.unwrap_or(0));
    }
    Ok(Response::ok(&page))
}

async fn create(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let organization = organization(actor)?;
    let NewNote { title, content } = request.json()?;
    Check::new().text("title", &title, 5..=200).prose("content", &content, 1..=5000).finish()?;
    room_for_one(ctx, organization).await?;
    let note = Note {
        id: ctx.new_id(),
        author_id: actor.user_id,
        title,
        content,
        content_html: None,
        version: 1,
        created_at: ctx.now(),
    };
    let row = params![note.id, organization, note.author_id, note.title, note.content, note.created_at];
    Batch::new()
        .run(NOTE_INSERT, row)
        .event("notes.note.created", note.id, &json!({ "title": note.title }))
        .answer(ctx, Response::created(&note).etag(note.version))
        .await
}

async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let mut note = find(ctx, request.id("id")?).await?;
    note.content_html = ctx.text().markdown(std::slice::from_ref(&note.content)).await.pop();
    Ok(Response::ok(&note).etag(note.version))
}

async fn edit(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let mut note = find(ctx, request.id("id")?).await?;
    if note.author_id != actor.user_id {
        return Err(Problem::forbidden());
    }
    let seen = request.if_match()?.unwrap_or(note.version);
    let NoteEdit { title, content } = request.json()?;
    Check::new()
        .given(&title, |check, title| check.text("title", title, 5..=200))
        .given(&content, |check, content| check.prose("content", content, 1..=5000))
        .finish()?;
    note.title = title.unwrap_or(note.title);
    note.content = content.unwrap_or(note.content);
    note.version = seen + 1;
    Batch::new().run_one(NOTE_EDIT, params![note.id, seen, note.title, note.content]).commit(ctx).await?;
    Ok(Response::ok(&note).etag(note.version))
}

async fn clear(ctx: &Ctx, _: Request) -> Result<Response, Problem> {
    let organization = organization(ctx.admin()?)?;
    Batch::new()
        .run("DELETE FROM notes WHERE organization_id = $1", params![organization])
        .commit(ctx)
        .await?;
    Ok(Response::no_content())
}

async fn author_left(ctx: &Ctx, delivery: Delivery) -> Result<(), EventError> {
    let Deactivated { user_id } = delivery.read()?;
    Batch::new().run("DELETE FROM notes WHERE author_id = $1", params![user_id]).commit(ctx).await?;
    Ok(())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deactivated {
    user_id: Uuid,
}

/// A note of the caller's organization. Others do not exist for them: 404.
async fn find(ctx: &Ctx, id: Uuid) -> Result<Note, Problem> {
    let organization = organization(ctx.actor()?)?;
    let rows = ctx.sql().query(NOTE_READ, &params![id, organization]).await?;
    rows.first::<Note>()?.ok_or_else(Problem::not_found)
}

async fn room_for_one(ctx: &Ctx, organization: Uuid) -> Result<(), Problem> {
    let Settings { most } = ctx.settings()?;
    let rows = ctx.sql().query(NOTE_COUNT, &params![organization, most]).await?;
    if rows.value::<i64>()?.unwrap_or(0) < most {
        return Ok(());
    }
    let problem = Problem::new(Code::BadState).detail("most", most);
    Err(problem.says("There is no room for another note.", "لا مكان لملاحظة أخرى."))
}

fn organization(actor: &Actor) -> Result<Uuid, Problem> {
    actor.organization_id.ok_or_else(Problem::forbidden)
}
