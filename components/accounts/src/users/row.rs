//! A user as the store keeps them, and the statements that write one. Knows no JSON of the API.

use p2p_sdk::{Batch, Timestamp, Uuid, Version, from_row, params};

use super::json_column::Json;
use super::preferences::NotificationPreferences;
use crate::pictures::Picture;

/// What `UserRow` reads, in this order.
pub const COLUMNS: &str = "id, organization_id, email, first_name, last_name, role, title, bio, location, avatar, \
    expertise_tags, language, timezone, notification_preferences, is_active, is_verified, is_platform_admin, last_login, \
    created_at, version";
const INSERT: &str = "INSERT INTO users \
    (id, organization_id, email, first_name, last_name, search_name, role, language, timezone, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
/// No edit: the version stays, so that nobody's open form goes stale because they signed in elsewhere.
const LOGGED_IN: &str = "UPDATE users SET last_login = $2 WHERE id = $1";
const UPDATE: &str = "UPDATE users SET first_name = $3, last_name = $4, search_name = $5, title = $6, bio = $7, \
    location = $8, expertise_tags = $9, language = $10, timezone = $11, notification_preferences = $12, \
    version = version + 1 WHERE id = $1 AND version = $2";
/// What an admin may change of somebody.
const ADMINISTER: &str = "UPDATE users SET first_name = $3, last_name = $4, search_name = $5, title = $6, role = $7, \
    is_active = $8, version = version + 1 WHERE id = $1 AND version = $2";
const SHOW: &str = "UPDATE users SET avatar = $3, version = version + 1 WHERE id = $1 AND version = $2";
const GRANT_PLATFORM_ADMIN: &str =
    "UPDATE users SET is_platform_admin = $2, version = version + 1 WHERE id = $1";

/// A row of `users`.
#[derive(Debug, Clone, PartialEq)]
pub struct UserRow {
    pub id: Uuid,
    pub organization_id: Uuid,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: String,
    pub title: Option<String>,
    pub bio: Option<String>,
    pub location: Option<String>,
    pub avatar: Option<Picture>,
    pub expertise_tags: Json<Vec<String>>,
    pub language: String,
    pub timezone: String,
    pub notification_preferences: Json<NotificationPreferences>,
    pub is_active: bool,
    pub is_verified: bool,
    pub is_platform_admin: bool,
    pub last_login: Option<Timestamp>,
    pub created_at: Timestamp,
    pub version: Version,
}

from_row!(UserRow {
    id,
    organization_id,
    email,
    first_name,
    last_name,
    role,
    title,
    bio,
    location,
    avatar,
    expertise_tags,
    language,
    timezone,
    notification_preferences,
    is_active,
    is_verified,
    is_platform_admin,
    last_login,
    created_at,
    version
});

impl UserRow {
    /// A member without a name yet, as a row begins.
    pub fn new(id: Uuid, organization_id: Uuid, email: String, created_at: Timestamp) -> Self {
        Self {
            id,
            organization_id,
            email,
            first_name: String::new(),
            last_name: String::new(),
            role: "member".to_owned(),
            title: None,
            bio: None,
            location: None,
            avatar: None,
            expertise_tags: Json::default(),
            language: "en".to_owned(),
            timezone: "UTC".to_owned(),
            notification_preferences: Json::default(),
            is_active: true,
            is_verified: false,
            is_platform_admin: false,
            last_login: None,
            created_at,
            version: 1,
        }
    }

    /// Gives them this name.
    pub fn name(&mut self, first: &str, last: &str) {
        first.trim().clone_into(&mut self.first_name);
        last.trim().clone_into(&mut self.last_name);
    }

    /// First and last name as they are searched and ordered by.
    pub fn search_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).to_lowercase()
    }
}

/// Adds a new user to a batch.
pub fn user_insert(batch: Batch, new: &UserRow) -> Batch {
    let UserRow {
        id,
        organization_id,
        email,
        first_name,
        last_name,
        role,
        language,
        timezone,
        created_at,
        ..
    } = new;
    let search_name = new.search_name();
    batch.run_one(
        INSERT,
        params![
            id,
            organization_id,
            email,
            first_name,
            last_name,
            search_name,
            role,
            language,
            timezone,
            created_at
        ],
    )
}

/// Adds to a batch that somebody signed in.
pub fn user_logged_in(batch: Batch, id: Uuid, now: Timestamp) -> Batch {
    batch.run_one(LOGGED_IN, params![id, now])
}

/// Adds to a batch what a user may change of themselves. Stale when the row is not of this version any more.
pub fn user_update(batch: Batch, user: &UserRow) -> Batch {
    let UserRow { id, version, first_name, last_name, title, bio, location, language, timezone, .. } = user;
    let (tags, preferences) = (&user.expertise_tags, &user.notification_preferences);
    let search_name = user.search_name();
    let params = params![
        id,
        version,
        first_name,
        last_name,
        search_name,
        title,
        bio,
        location,
        tags,
        language,
        timezone,
        preferences
    ];
    batch.run_one(UPDATE, params)
}

/// Adds to a batch what an admin may change of somebody. Stale like `user_update`.
pub fn user_administer(batch: Batch, user: &UserRow) -> Batch {
    let UserRow { id, version, first_name, last_name, title, role, is_active, .. } = user;
    batch.run_one(
        ADMINISTER,
        params![id, version, first_name, last_name, user.search_name(), title, role, is_active],
    )
}

/// Adds to a batch which picture shows a user. Stale like `user_update`.
pub fn user_show(batch: Batch, user: &UserRow) -> Batch {
    batch.run_one(SHOW, params![user.id, user.version, user.avatar])
}

/// Adds to a batch that a user may act across organizations.
pub fn user_grant_platform_admin(batch: Batch, id: Uuid) -> Batch {
    batch.run_one(GRANT_PLATFORM_ADMIN, params![id, true])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::with_layla;

    #[test]
    fn a_write_over_another_one_changes_no_row() {
        let (host, layla) = with_layla();
        let write = |version: Version| {
            let (tags, preferences) = (Json(vec!["t"]), Json(NotificationPreferences::default()));
            let params = params![
                layla.user_id,
                version,
                "Layla",
                "B",
                "layla b",
                None::<&str>,
                None::<&str>,
                None::<&str>,
                tags,
                "en",
                "UTC",
                preferences
            ];
            host.execute(UPDATE, params)
        };
        assert_eq!([write(2), write(1), write(1), write(2)], [0, 1, 0, 1]);
    }
}
