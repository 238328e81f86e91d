//! The feature `accounts` as a table: people, their organizations and their sessions. Each route's rules stand in the
//! file of its verb. Knows no other feature; passwords and tokens stay with the host.

mod auth;
#[cfg(test)]
mod fixture;
mod organizations;
mod settings;
mod users;

use p2p_sdk::{Access, Code, Feature, get, migration, patch, post};

use auth::{Done, Login, SignedIn, Signup};
use settings::Settings;
use users::{Me, ProfileChanges};

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "accounts",
        env!("CARGO_PKG_VERSION"),
        "People, their organizations and their sessions.",
    )
    .migrations(&[migration!("../../migrations/accounts", "0001_people")])
    .directory()
    .settings::<Settings>()
    .on_event(auth::SIGNED_UP, auth::activate_signed_up)
    .on_event(users::PLATFORM_ADMIN_GRANTED, users::grant_platform_admin);
    users_routes(auth_routes(feature))
}

fn auth_routes(feature: Feature) -> Feature {
    feature
        .route(
            post("/auth/signup", auth::signup)
                .access(Access::Public)
                .summary("Register an organization, with oneself as its administrator.")
                .takes::<Signup>()
                .answers::<SignedIn>(201)
                .fails(&[Code::EmailDomainBlocked, Code::TokenInvalid, Code::EmailTaken, Code::DomainTaken]),
        )
        .route(
            post("/auth/login", auth::login)
                .access(Access::Public)
                .summary("Open a session with e-mail and password.")
                .takes::<Login>()
                .answers::<SignedIn>(200)
                .fails(&[Code::WrongCredentials, Code::LockedOut]),
        )
        .route(
            post("/auth/logout", auth::logout)
                .access(Access::Public)
                .summary("End the session, if there is one.")
                .answers::<Done>(200),
        )
        .route(
            post("/auth/refresh", auth::refresh)
                .access(Access::Public)
                .summary("Trade the refresh token for a new pair of tokens.")
                .answers::<Done>(200)
                .fails(&[Code::Unauthenticated, Code::SessionExpired]),
        )
}

fn users_routes(feature: Feature) -> Feature {
    feature
        .route(
            get("/users/me", users::me)
                .summary("One's own profile, with the organization.")
                .answers::<Me>(200),
        )
        .route(
            patch("/users/me", users::update_me)
                .summary("Change one's own profile.")
                .takes::<ProfileChanges>()
                .answers::<Me>(200)
                .fails(&[Code::VersionConflict]),
        )
}

p2p_sdk::export!(feature, [sql, text, credentials, sessions, config, log, clock, random]);
