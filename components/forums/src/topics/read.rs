//! `GET /forums/topics/{id}`: the row and the first posts are read at the same time, from two stores. The row decides
//! who may see any of it.

use p2p_sdk::{Ctx, Problem, Request, Response, Uuid, join, params};
use serde_json::json;

use super::row::{COLUMNS, Topic};
use super::visibility::Viewer;
use super::whole::{Dressing, WholeTopic};
use crate::posts::{self, Written};

/// Answers a topic.
pub async fn read(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let viewer = Viewer::of(ctx.actor()?);
    let id: Uuid = request.id("id")?;
    let text = format!("SELECT {COLUMNS} FROM topics WHERE id = $1 AND status <> 'deleted'");
    let (stores, params) = (ctx.concurrent(), params![id]);
    let (rows, found) = join(
        stores.sql().query(&text, &params),
        stores.documents().find(posts::COLLECTION, posts::first_page(id)),
    )
    .await;
    let (rows, found) = (rows?, found?);
    let topic =
        rows.first::<Topic<'_>>()?.filter(|topic| viewer.sees(topic.visibility, topic.organization_id));
    let topic = topic.ok_or_else(Problem::not_found)?;
    let found = found.iter().map(Written::read).collect::<Result<_, _>>()?;
    let page = Written::page(&posts::FIRST_PAGE, found);
    if page.items.is_empty() {
        ctx.warn("a topic lost its posts", &json!({ "topic": id }));
    }
    let dressing = Dressing::of(ctx, &topic, &page).await?;
    let version = topic.version;
    Ok(Response::ok(&WholeTopic::new(topic, page, &dressing)?).etag(version))
}
