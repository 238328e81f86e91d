//! A use case for whoever may see it: everybody else meets 404. Row and document are read at the same time, from two stores;
//! the row decides who may see any of it.

use p2p_sdk::{Ctx, Problem, Rows, Uuid, join, params};

use super::card::{Card, columns};
use super::detail::{self, Detail};
use super::viewer::Viewer;

/// Somebody may put another document in the place of the one that the row named a moment ago, but not again and again.
const TRIES: usize = 5;

/// A use case with all that was written.
#[derive(Debug)]
pub struct Found {
    rows: Rows,
    pub detail: Detail,
}

impl Found {
    /// The use case of this id.
    pub async fn of(ctx: &Ctx, id: Uuid) -> Result<Self, Problem> {
        for _ in 0..TRIES {
            if let Some(found) = Self::look(ctx, id).await? {
                return Ok(found);
            }
        }
        Err(Problem::internal(format_args!("use case {id} lost its document")))
    }

    async fn look(ctx: &Ctx, id: Uuid) -> Result<Option<Self>, Problem> {
        let viewer = Viewer::of(ctx);
        let (text, params) = one(viewer, id);
        let stores = ctx.concurrent();
        let (rows, documents) =
            join(stores.sql().query(&text, &params), detail::candidates(&stores, id)).await;
        let rows = rows?;
        let revision = visible(&rows, viewer)?.revision;
        let detail = detail::present(ctx, &documents?, revision).await?;
        Ok(detail.map(|detail| Self { rows, detail }))
    }

    /// Its row.
    pub fn card(&self) -> Result<Card<'_>, Problem> {
        self.rows.first()?.ok_or_else(Problem::not_found)
    }
}

/// A use case without what was written: the row that is read by `Card`.
pub async fn seen(ctx: &Ctx, id: Uuid) -> Result<Rows, Problem> {
    let viewer = Viewer::of(ctx);
    let (text, params) = one(viewer, id);
    let rows = ctx.sql().query(&text, &params).await?;
    visible(&rows, viewer)?;
    Ok(rows)
}

fn one(viewer: Viewer, id: Uuid) -> (String, p2p_sdk::Params) {
    (format!("SELECT {} FROM use_cases WHERE id = $2", columns(1)), params![viewer.user(), id])
}

fn visible(rows: &Rows, viewer: Viewer) -> Result<Card<'_>, Problem> {
    let card = rows.first::<Card<'_>>()?;
    let card = card.filter(|card| viewer.sees(card.status, card.submitted_by, card.organization_id));
    card.ok_or_else(Problem::not_found)
}
