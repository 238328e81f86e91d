//! `GET /forums/topics`: one statement for the page, one question to the directory for its authors.

use p2p_sdk::{Ctx, Page, PageRequest, Problem, Request, Response, Rows};

use super::filter::Filter;
use super::row::Topic;
use super::selection::Selection;
use crate::authors::{self, Authors};

/// Answers a page of topics.
pub async fn list(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let wanted = PageRequest::of(&request)?;
    let filter = request.query::<Filter>()?.normalize()?;
    let selection = Selection::new(&filter, ctx.actor()?);
    let total = if wanted.count { Some(count(ctx, selection.clone()).await?) } else { None };
    let rows = page(ctx, selection, &wanted).await?;
    let mut page = Page::new(&wanted, rows.all::<Topic<'_>>()?, |last| last.cursor(filter.sort));
    let cards = authors::ask(ctx, page.items.iter().map(|topic| topic.created_by)).await?;
    let authors = Authors::read(&cards)?;
    for topic in &mut page.items {
        topic.author = authors.get(topic.created_by);
    }
    let page = match total {
        Some(total) => page.with_total(total),
        None => page,
    };
    Ok(Response::ok(&page))
}

async fn page(ctx: &Ctx, selection: Selection, wanted: &PageRequest) -> Result<Rows, Problem> {
    let statement = selection.page(wanted)?;
    Ok(ctx.sql().query(&statement.text, &statement.params).await?)
}

async fn count(ctx: &Ctx, selection: Selection) -> Result<i64, Problem> {
    let statement = selection.count();
    let rows = ctx.sql().query(&statement.text, &statement.params).await?;
    Ok(rows.value()?.unwrap_or(0))
}
