//! Preferences in the store: one row for whoever chose something.

use p2p_sdk::{Batch, Ctx, Problem, Uuid, Version, params};

use super::choices::Preferences;

const FIND: &str = "SELECT choices, version FROM preferences WHERE user_id = $1";
/// Zero rows when the version was not the one that was seen.
const PUT: &str = "INSERT INTO preferences (user_id, choices, version) VALUES ($1, $2, $3) \
    ON CONFLICT (user_id) DO UPDATE SET choices = excluded.choices, version = excluded.version \
    WHERE preferences.version = $4";
/// Of somebody who never chose.
const FIRST: Version = 1;

/// What somebody chose, and its version.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub preferences: Preferences,
    pub version: Version,
}

/// Those of one person.
pub async fn of(ctx: &Ctx, user: Uuid) -> Result<Kept, Problem> {
    let rows = ctx.sql().query(FIND, &params![user]).await?;
    match rows.first::<(&str, Version)>()? {
        Some((choices, version)) => Ok(Kept { preferences: parse(choices)?, version }),
        None => Ok(Kept { preferences: Preferences::default(), version: FIRST }),
    }
}

/// Those of several people; who is missing in the answer never chose.
pub async fn of_all(ctx: &Ctx, users: &[Uuid]) -> Result<Vec<(Uuid, Preferences)>, Problem> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=users.len()).map(|n| format!("${n}")).collect();
    let text = format!("SELECT user_id, choices FROM preferences WHERE user_id IN ({})", places.join(", "));
    let mut params = params![];
    users.iter().for_each(|user| params.push(user));
    let rows = ctx.sql().query(&text, &params).await?;
    let found = rows.all::<(Uuid, &str)>()?;
    found.into_iter().map(|(user, choices)| Ok((user, parse(choices)?))).collect()
}

/// Adds to a batch that somebody chose. Stale when they chose something else in the meantime.
pub fn put(batch: Batch, user: Uuid, chosen: &Preferences, seen: Version) -> Result<Batch, Problem> {
    let choices = serde_json::to_string(chosen).map_err(Problem::internal)?;
    Ok(batch.run_one(PUT, params![user, choices, seen + 1, seen]))
}

fn parse(choices: &str) -> Result<Preferences, Problem> {
    serde_json::from_str(choices).map_err(|error| Problem::internal(format_args!("preferences: {error}")))
}
