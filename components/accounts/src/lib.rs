//! The feature `accounts` as a table: people, their organizations and their sessions. Each route's rules stand in the
//! file of its verb. Knows no other feature; passwords and tokens stay with the host.

mod auth;
mod fdi;
mod fields;
#[cfg(test)]
mod fixture;
mod invitations;
mod organizations;
mod pictures;
mod settings;
mod users;

use p2p_sdk::{Feature, migration};

use settings::Settings;

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "accounts",
        env!("CARGO_PKG_VERSION"),
        "People, their organizations and their sessions.",
    )
    .migrations(&[
        migration!("../../migrations/accounts", "0001_people"),
        migration!("../../migrations/accounts", "0002_invitations_and_counters"),
        migration!("../../migrations/accounts", "0003_invitation_expiry"),
    ])
    .directory()
    .settings::<Settings>();
    let feature = fdi::routes(auth::routes(feature));
    pictures::routes(invitations::routes(organizations::routes(users::routes(feature))))
}

p2p_sdk::export!(
    feature,
    [sql, text, blobs, credentials, sessions, mail, cache, config, secrets, log, clock, random]
);
