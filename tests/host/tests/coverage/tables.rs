//! Every feature and its table. A new one gets a test of its own in the coverage suite, too.

use crate::case::Case;
use crate::{accounts, dashboard, forums, messaging, notifications, search, use_cases};

/// Every feature.
pub const FEATURES: [&str; 7] =
    ["accounts", "dashboard", "forums", "messaging", "notifications", "search", "use-cases"];

/// The lines of one of them.
pub fn of(feature: &str) -> Vec<Case> {
    match feature {
        "accounts" => accounts::cases(),
        "dashboard" => dashboard::cases(),
        "forums" => forums::cases(),
        "messaging" => messaging::cases(),
        "notifications" => notifications::cases(),
        "search" => search::cases(),
        "use-cases" => use_cases::cases(),
        _ => panic!("{feature} has no table"),
    }
}
