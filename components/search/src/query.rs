//! Asking the index. One pipeline for the four routes: words, their closest entries, a page of them, what it shows.

mod asked;
mod candidates;
mod counts;
mod expression;
mod hit;
mod page;
mod score;
mod selection;
mod snippet;
mod typos;
mod word;

use p2p_sdk::{Ctx, Feature, Problem, Request, Response, Route, get};

use crate::entries::Kind;
use asked::Filter;
use page::SearchPage;

/// What a route looks through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    People,
    UseCases,
    Forums,
}

impl Scope {
    /// The kinds it finds.
    pub const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Everything => &Kind::ALL,
            Self::People => &[Kind::User],
            Self::UseCases => &[Kind::UseCase],
            Self::Forums => &[Kind::Topic, Kind::Post, Kind::Reply],
        }
    }

    /// Names its list in cursors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::People => "people",
            Self::UseCases => "use-cases",
            Self::Forums => "forums",
        }
    }
}

/// What asking adds to the feature.
pub fn routes(feature: Feature) -> Feature {
    feature
        .route(documented(
            get("/search", everything).summary("Finds anything, with how many there are of each type."),
        ))
        .route(documented(get("/search/users", people).summary("Finds people.")))
        .route(documented(get("/search/use-cases", use_cases).summary("Finds published use cases.")))
        .route(documented(get("/search/forums", forums).summary("Finds topics, posts and replies.")))
}

fn documented(route: Route) -> Route {
    route.query::<Filter>().paged().answers::<SearchPage<'static>>(200)
}

async fn everything(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    page::answer(ctx, &request, Scope::Everything).await
}

async fn people(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    page::answer(ctx, &request, Scope::People).await
}

async fn use_cases(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    page::answer(ctx, &request, Scope::UseCases).await
}

async fn forums(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    page::answer(ctx, &request, Scope::Forums).await
}
