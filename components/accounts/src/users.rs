//! People: their profile, and what they may change of it.

mod account;
mod changes;
mod grant_platform_admin;
mod json_column;
mod me;
mod preferences;
mod row;
mod update_me;
mod user;

use std::ops::RangeInclusive;

pub use account::{Account, account_by_id};
pub use changes::ProfileChanges;
pub use grant_platform_admin::{PLATFORM_ADMIN_GRANTED, grant_platform_admin};
pub use me::{Me, me};
pub use row::{UserRow, user_insert, user_logged_in};
pub use update_me::update_me;
pub use user::User;

/// Characters of a first or last name.
pub const NAME: RangeInclusive<usize> = 1..=100;
