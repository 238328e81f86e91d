//! Letters: of one notification, or of a day's. Each is written for an event of the feature's own, as the only commit of
//! its handler, so that it goes out once and only for what was kept.

mod one;
mod summary;

use std::collections::BTreeMap;

use p2p_sdk::{Ctx, Feature, Problem, Uuid, mail};

use crate::announce::LETTER_DUE;

pub use summary::Due;

/// What stands for the names in a template.
pub type Values = BTreeMap<&'static str, String>;

/// A day's letter is to be written.
pub const SUMMARY_DUE: &str = "notifications.digest.due";

/// What letters add to the feature.
pub fn hear(feature: Feature) -> Feature {
    feature
        .mails(&[
            mail!("mail", "mention"),
            mail!("mail", "reply"),
            mail!("mail", "best-answer"),
            mail!("mail", "message-digest"),
            mail!("mail", "daily-digest"),
        ])
        .on_event(LETTER_DUE, one::write)
        .on_event(SUMMARY_DUE, summary::write)
}

/// Queues a letter; the host knows the reader's address and language.
async fn queue(ctx: &Ctx, to: Uuid, template: &str, values: &Values) -> Result<(), Problem> {
    let values = serde_json::to_vec(values).map_err(Problem::internal)?;
    Ok(ctx.mail().queue(&to.to_string(), template, values).await?)
}
