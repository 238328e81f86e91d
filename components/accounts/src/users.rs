//! People: what they are, what they may change of themselves, and what their admins may.

mod account;
mod admin_changes;
mod administer;
mod avatar;
mod changes;
#[cfg(test)]
pub mod colleagues;
mod deactivate;
mod grant_platform_admin;
mod json_column;
mod list;
mod me;
mod people;
mod preferences;
mod read;
mod retell;
mod row;
mod told;
mod update;
mod update_me;
mod user;

use std::ops::RangeInclusive;

use p2p_sdk::{Access, Code, Feature, delete, get, patch, post};

pub use account::{Account, account_by_id};
pub use people::People;
pub use row::{UserRow, user_insert, user_logged_in};
pub use user::User;

use crate::auth::verification::VERIFIED;
use crate::pictures::UPLOADS;
use admin_changes::AdminChanges;
use avatar::Avatar;
use changes::ProfileChanges;
use grant_platform_admin::{PLATFORM_ADMIN_GRANTED, grant_platform_admin};
use list::UserPage;
use me::Me;
use people::Filter;
use read::Profile;
use told::{DEACTIVATED, REACTIVATED, ROLE_CHANGED, UPDATED};

/// Characters of a first or last name.
pub const NAME: RangeInclusive<usize> = 1..=100;
/// What somebody is in their organization.
pub const ROLES: &[&str] = &["admin", "member"];
/// Characters of a title or a location.
const SHORT: RangeInclusive<usize> = 0..=120;

/// What people add to the feature.
pub fn routes(feature: Feature) -> Feature {
    let feature = feature
        .audits(&[UPDATED, ROLE_CHANGED, DEACTIVATED, REACTIVATED])
        .on_event(PLATFORM_ADMIN_GRANTED, grant_platform_admin)
        .on_event(ROLE_CHANGED, administer::settle_sessions)
        .on_event(DEACTIVATED, administer::settle_sessions)
        .on_event(VERIFIED, administer::settle_sessions)
        .retells("user", retell::users);
    administered(own(feature))
}

fn own(feature: Feature) -> Feature {
    feature
        .route(
            get("/users/me", me::me)
                .unverified()
                .summary("One's own profile, with the organization.")
                .answers::<Me>(200),
        )
        .route(
            patch("/users/me", update_me::update_me)
                .unverified()
                .summary("Change one's own profile.")
                .takes::<ProfileChanges>()
                .example(
                    r#"{"title": "Process engineer", "bio": "Presses and **bearings**.", "expertiseTags": ["press"], "timezone": "Asia/Riyadh"}"#,
                )
                .answers::<Me>(200)
                .fails(&[Code::VersionConflict]),
        )
        .route(
            post("/users/me/avatar", avatar::set_avatar)
                .summary("Set one's own picture.")
                .uploads(UPLOADS)
                .answers::<Avatar>(200)
                .fails(&[Code::VersionConflict]),
        )
}

fn administered(feature: Feature) -> Feature {
    feature
        .route(
            get("/users", list::list)
                .access(Access::Admin)
                .summary("People of one's own organization, by name.")
                .query::<Filter>()
                .paged()
                .answers::<UserPage>(200)
                .fails(&[Code::NotFound]),
        )
        .route(
            get("/users/{id}", read::read)
                .summary("Somebody: all of them for colleagues, a card for others.")
                .answers::<Profile>(200),
        )
        .route(
            patch("/users/{id}", update::update)
                .access(Access::Admin)
                .summary("Change somebody of one's own organization.")
                .takes::<AdminChanges>()
                .example(r#"{"title": "Head of maintenance", "role": "admin"}"#)
                .answers::<User>(200)
                .fails(&[Code::SelfAction, Code::BadState, Code::VersionConflict]),
        )
        .route(
            delete("/users/{id}", deactivate::deactivate)
                .access(Access::Admin)
                .summary("Deactivate somebody of one's own organization.")
                .answers_empty(204)
                .fails(&[Code::SelfAction, Code::BadState, Code::VersionConflict]),
        )
}
