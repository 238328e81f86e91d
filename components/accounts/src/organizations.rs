//! Organizations: whom people belong to, and what an organization sees of itself.

mod counters;
mod current;
pub mod domain;
mod logo;
mod members;
mod row;
mod stats;
mod update;

use std::ops::RangeInclusive;

use p2p_sdk::{Access, Actor, Code, Feature, Page, Problem, Uuid, get, patch, post};

pub use counters::count;
pub use current::organization_by_id;
pub use row::{Organization, organization_insert};

use crate::pictures::UPLOADS;
use logo::Logo;
use members::{Filter, Member};
use stats::Stats;
use update::{OrganizationChanges, UPDATED};

/// How large an organization may call itself.
pub const SIZES: &[&str] = &["startup", "small", "medium", "large", "enterprise"];
/// Characters of its name.
pub const NAME: RangeInclusive<usize> = 2..=200;
/// Characters of its industry, country and city.
pub const LABEL: RangeInclusive<usize> = 2..=100;

/// The organization of whoever asks. Who belongs to none finds none.
pub fn own(actor: &Actor) -> Result<Uuid, Problem> {
    actor.organization_id.ok_or_else(Problem::not_found)
}

/// What organizations add to the feature.
pub fn routes(feature: Feature) -> Feature {
    counters::hear(feature)
        .audits(&[UPDATED])
        .route(
            get("/organizations/current", current::current)
                .summary("One's own organization.")
                .answers::<Organization>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            patch("/organizations/current", update::update)
                .access(Access::Admin)
                .summary("Change one's own organization.")
                .takes::<OrganizationChanges>()
                .example(r#"{"name": "Riyadh Press Works", "size": "large", "city": "Jubail"}"#)
                .answers::<Organization>(200)
                .fails(&[Code::NotFound, Code::VersionConflict]),
        )
        .route(
            get("/organizations/members", members::members)
                .summary("Active people of one's own organization, by name.")
                .query::<Filter>()
                .paged()
                .answers::<Page<Member>>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            get("/organizations/stats", stats::stats)
                .summary("How much there is of one's own organization.")
                .answers::<Stats>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            post("/organizations/current/logo", logo::set_logo)
                .access(Access::Admin)
                .summary("Set the logo of one's own organization.")
                .uploads(UPLOADS)
                .answers::<Logo>(200)
                .fails(&[Code::NotFound, Code::VersionConflict]),
        )
}
