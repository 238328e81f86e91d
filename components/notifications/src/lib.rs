//! Notifications: what others did that concerns somebody, shown to them and mailed as they wish. Made of events only;
//! knows no other feature. This file is the table of what the feature has.

mod announce;
mod digest;
#[cfg(test)]
mod fixture;
mod heard;
mod inbox;
mod kind;
mod letters;
mod place;
mod preferences;
mod settings;
mod unsubscribe;
mod withdraw;
mod words;

use p2p_sdk::{Feature, migration};

use settings::Settings;

/// The feature.
pub fn feature() -> Feature {
    let feature = Feature::new(
        "notifications",
        env!("CARGO_PKG_VERSION"),
        "What others did that concerns somebody, shown to them and mailed as they wish.",
    )
    .migrations(&[
        migration!("../../migrations/notifications", "0001_notifications"),
        migration!("../../migrations/notifications", "0002_digest_order"),
    ])
    .settings::<Settings>();
    let feature = unsubscribe::routes(preferences::routes(inbox::routes(feature)));
    digest::jobs(letters::hear(heard::hear(feature)))
}

p2p_sdk::export!(feature, [sql, directory, mail, config, secrets, log, clock, random]);
