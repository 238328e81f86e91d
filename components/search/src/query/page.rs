//! A page of what was found. Pages go on by how many were passed over, which ends at the last candidate.

use p2p_sdk::{Ctx, Cursor, PageRequest, People, Problem, Request, Response, join, params};
use serde::Serialize;

use super::Scope;
use super::asked::Filter;
use super::candidates::find;
use super::counts::{Counts, Facets};
use super::hit::{Hit, show, texts};
use super::selection::MOST;

/// What says which page of an answer is wanted, and not which answer.
const PAGING: [&str; 4] = ["cursor", "page", "limit", "count"];

/// A part of what was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchPage<'a> {
    items: Vec<Hit<'a>>,
    limit: u32,
    has_next: bool,
    #[cfg_attr(feature = "describe", schema(required))]
    next_cursor: Option<String>,
    /// With `count=true`; never more than 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_is_capped: Option<bool>,
    /// How many of each type were found, by `GET /search`.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    facets: Facets<'a>,
}

/// Answers a page.
pub async fn answer(ctx: &Ctx, request: &Request, scope: Scope) -> Result<Response, Problem> {
    let wanted = PageRequest::of(request)?;
    let asked = request.query::<Filter>()?.normalize()?;
    let list = list(request, scope);
    let start = match &wanted.cursor {
        Some(cursor) => cursor.read::<(u32,)>(&list).map(|(start,)| start)?,
        None => wanted.offset,
    };
    let answers = find(ctx, scope, &asked).await?;
    let all = answers.sorted(asked.sort)?;
    let limit = wanted.limit as usize;
    let rest = all.get(start as usize..).unwrap_or_default();
    let part = rest.get(..limit).unwrap_or(rest);
    let both = ctx.concurrent();
    let people = People::ask(&both, part.iter().map(|candidate| candidate.author_id));
    let (texts, cards) = join(texts(&both, part), people).await;
    let (texts, cards) = (texts?, cards?);
    let has_next = rest.len() > limit;
    let page = SearchPage {
        items: show(part, &texts, &People::read(&cards)?, &answers.words)?,
        limit: wanted.limit,
        has_next,
        next_cursor: has_next
            .then(|| Cursor::new(&list, params![start.saturating_add(wanted.limit)]).to_string()),
        total: wanted.count.then_some(all.len()),
        total_is_capped: wanted.count.then_some(all.len() >= MOST),
        counts: (scope == Scope::Everything).then(|| Counts::of(&all)),
        facets: Facets::of(&all),
    };
    Ok(Response::ok(&page))
}

/// Names the answer in its cursors: the cursor of one question is refused by another.
fn list(request: &Request, scope: Scope) -> String {
    let mut list = format!("search.{}", scope.name());
    for (name, value) in request.query_pairs().iter().filter(|(name, _)| !PAGING.contains(&name.as_str())) {
        list.push_str(&format!("\n{name}={value}"));
    }
    list
}

#[cfg(test)]
mod tests;
