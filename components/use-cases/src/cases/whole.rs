//! One use case with all that was written, as it is answered after beginning, reading and changing it.

use p2p_sdk::{Ctx, People, Problem, Response, join};
use serde::Serialize;

use super::card::Card;
use super::detail::{Detail, VendorInfo};
use crate::media::ShownMedia;

/// A use case.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UseCase<'a> {
    #[serde(flatten)]
    pub card: Card<'a>,
    /// Markdown, as it was written.
    pub problem_statement: &'a str,
    /// The same as HTML that is safe to show.
    pub problem_statement_html: &'a str,
    /// Markdown, as it was written.
    pub solution: &'a str,
    /// The same as HTML that is safe to show.
    pub solution_html: &'a str,
    #[cfg_attr(feature = "describe", schema(value_type = VendorInfo))]
    pub vendor_info: &'a VendorInfo,
    pub media: Vec<ShownMedia>,
}

/// Answers it, dressed by the host and the directory at the same time.
pub async fn answer(
    ctx: &Ctx,
    status: u16,
    mut card: Card<'_>,
    detail: &Detail,
) -> Result<Response, Problem> {
    let sources = [detail.problem_statement.clone(), detail.solution.clone()];
    let stores = ctx.concurrent();
    let people = People::ask(&stores, std::iter::once(card.submitted_by));
    let (html, people) = join(stores.text().markdown(&sources), people).await;
    let people = people?;
    card.sign(&People::read(&people)?);
    let version = card.version;
    let mut html = html.iter().map(String::as_str);
    let media = detail.media.iter().map(|file| ShownMedia::of(card.id, file)).collect();
    let whole = UseCase {
        problem_statement: &detail.problem_statement,
        problem_statement_html: html.next().unwrap_or_default(),
        solution: &detail.solution,
        solution_html: html.next().unwrap_or_default(),
        vendor_info: &detail.vendor_info,
        media,
        card,
    };
    Ok(Response::json(status, &whole).etag(version))
}
