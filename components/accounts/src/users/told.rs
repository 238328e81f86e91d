//! What is told of people when they change: the topics, and what each says.

use p2p_sdk::{Batch, Uuid};
use serde::Serialize;

use super::row::UserRow;
use crate::pictures::Picture;

/// What others show of them changed.
pub const UPDATED: &str = "accounts.user.updated";
/// The same of everybody, told again for those who make what they keep of people anew.
pub const RETOLD: &str = "accounts.user.retold";
/// They are an admin now, or no longer.
pub const ROLE_CHANGED: &str = "accounts.user.role-changed";
/// They may not sign in any more.
pub const DEACTIVATED: &str = "accounts.user.deactivated";
/// They may sign in again.
pub const REACTIVATED: &str = "accounts.user.reactivated";

/// What `UPDATED` tells: what others keep of people, so that they need not ask.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Updated<'a> {
    user_id: Uuid,
    organization_id: Uuid,
    first_name: &'a str,
    last_name: &'a str,
    title: Option<&'a str>,
    avatar: Option<&'a Picture>,
}

/// What the others tell.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    pub user_id: Uuid,
    pub organization_id: Uuid,
    pub role: String,
}

/// Adds to a batch that somebody is shown differently now.
pub fn tell_updated(batch: Batch, user: &UserRow) -> Batch {
    tell_shown(batch, UPDATED, user)
}

/// Adds to a batch how somebody is shown, under one of two topics.
pub fn tell_shown(batch: Batch, topic: &str, user: &UserRow) -> Batch {
    let updated = Updated {
        user_id: user.id,
        organization_id: user.organization_id,
        first_name: &user.first_name,
        last_name: &user.last_name,
        title: user.title.as_deref(),
        avatar: user.avatar.as_ref(),
    };
    batch.event(topic, user.id, &updated)
}

/// Adds to a batch how somebody stands now, under one of the other topics.
pub fn tell_standing(batch: Batch, topic: &str, user: &UserRow) -> Batch {
    let UserRow { id: user_id, organization_id, role, .. } = user.clone();
    batch.event(topic, user_id, &Standing { user_id, organization_id, role })
}
