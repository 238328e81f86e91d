//! What somebody wants to change of their profile: which fields, and by which rules. Writes nothing.

use std::ops::RangeInclusive;

use p2p_sdk::{Check, Problem, Rule};
use serde::Deserialize;

use super::preferences::PreferenceChanges;
use super::row::UserRow;
use super::{NAME, SHORT};
use crate::fields::{given, named};

const LANGUAGES: &[&str] = &["en", "ar"];
const BIO: RangeInclusive<usize> = 0..=500;
const TAGS: RangeInclusive<usize> = 0..=10;
const TAG: RangeInclusive<usize> = 1..=40;
const TIMEZONE_MAX: usize = 64;

/// What is to be different. A field that is absent stays; null clears what may be empty.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct ProfileChanges {
    first_name: Option<String>,
    last_name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "describe", schema(value_type = Option<String>))]
    title: Option<Option<String>>,
    /// Markdown, at most 500 characters.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "describe", schema(value_type = Option<String>))]
    bio: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "describe", schema(value_type = Option<String>))]
    location: Option<Option<String>>,
    /// At most 10.
    expertise_tags: Option<Vec<String>>,
    /// en or ar.
    language: Option<String>,
    /// IANA name of a time zone.
    timezone: Option<String>,
    #[serde(default, deserialize_with = "p2p_sdk::members")]
    notification_preferences: Option<PreferenceChanges>,
    // What a profile shows and its owner may not change: whether it was named at all. Refused also when null, since a
    // caller who sends it expects something.
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    email: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    role: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    organization: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    organization_id: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    is_active: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    is_verified: bool,
}

impl ProfileChanges {
    /// Refuses what breaks a rule, all of it at once.
    pub fn check(&self) -> Result<(), Problem> {
        let text = |check: Check, field: &'static str, value: &Option<Option<String>>| {
            check.given(&value.clone().flatten(), |check, value| check.text(field, value, SHORT))
        };
        let check = self.check_fixed(Check::new());
        let check = text(text(check, "title", &self.title), "location", &self.location);
        check
            .given(&self.first_name, |check, name| check.text("firstName", name, NAME))
            .given(&self.last_name, |check, name| check.text("lastName", name, NAME))
            .given(&self.bio.clone().flatten(), |check, bio| check.prose("bio", bio, BIO))
            .given(&self.expertise_tags, |check, tags| check_tags(check, tags))
            .given(&self.language, |check, language| check.one_of("language", language, LANGUAGES))
            .given(&self.timezone, |check, zone| check.that(is_timezone(zone), "timezone", Rule::Form))
            .finish()
    }

    /// Makes the changes.
    pub fn apply(self, user: &mut UserRow) {
        let first = self.first_name.unwrap_or_else(|| user.first_name.clone());
        let last = self.last_name.unwrap_or_else(|| user.last_name.clone());
        user.name(&first, &last);
        set_text(&mut user.title, self.title);
        set_text(&mut user.bio, self.bio);
        set_text(&mut user.location, self.location);
        if let Some(tags) = self.expertise_tags {
            user.expertise_tags.0 = distinct(tags);
        }
        if let Some(language) = self.language {
            user.language = language;
        }
        if let Some(timezone) = self.timezone {
            user.timezone = timezone;
        }
        if let Some(preferences) = self.notification_preferences {
            preferences.apply(&mut user.notification_preferences.0);
        }
    }

    fn check_fixed(&self, check: Check) -> Check {
        check
            .that(!self.email, "email", Rule::NotAllowed)
            .that(!self.role, "role", Rule::NotAllowed)
            .that(!self.organization, "organization", Rule::NotAllowed)
            .that(!self.organization_id, "organizationId", Rule::NotAllowed)
            .that(!self.is_active, "isActive", Rule::NotAllowed)
            .that(!self.is_verified, "isVerified", Rule::NotAllowed)
    }
}

fn check_tags(check: Check, tags: &[String]) -> Check {
    check
        .items("expertiseTags", tags.len(), TAGS)
        .each(tags, |check, (n, tag)| check.text(format!("expertiseTags[{n}]"), tag, TAG))
}

/// The form of an IANA name; which of them exist is for whoever computes with one.
fn is_timezone(zone: &str) -> bool {
    let word = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte));
    let begins = |part: &str| part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    zone.len() <= TIMEZONE_MAX
        && zone.split('/').count() <= 3
        && zone.split('/').all(|part| begins(part) && word(part))
}

/// Empty text is none.
pub fn set_text(kept: &mut Option<String>, change: Option<Option<String>>) {
    if let Some(value) = change {
        *kept = value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    }
}

/// Each tag once, whatever its case, in the order in which they came.
fn distinct(tags: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| tag.trim()) {
        if !kept.iter().any(|other| other.to_lowercase() == tag.to_lowercase()) {
            kept.push(tag.to_owned());
        }
    }
    kept
}
