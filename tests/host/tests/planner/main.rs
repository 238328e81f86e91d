//! Every SQL statement of the features goes through an index, and no list is sorted after it was read whole. The routes
//! are played over real stores; then the planner of the engine is asked how it runs each text that the features sent.
//! Which engine: see `chosen`. How fast anything is stands elsewhere.

#![cfg(test)]

#[path = "../coverage/accounts.rs"]
mod accounts;
#[path = "../coverage/case.rs"]
mod case;
#[path = "../coverage/cast.rs"]
mod cast;
#[path = "../coverage/dashboard.rs"]
mod dashboard;
mod findings;
#[path = "../coverage/forums.rs"]
mod forums;
mod judge;
mod lists;
#[path = "../coverage/messaging.rs"]
mod messaging;
#[path = "../coverage/notifications.rs"]
mod notifications;
mod play;
#[path = "../coverage/search.rs"]
mod search;
#[path = "../coverage/stage.rs"]
mod stage;
mod submissions;
#[path = "../coverage/tables.rs"]
mod tables;
mod talks;
#[path = "../coverage/things.rs"]
mod things;
#[path = "../coverage/use_cases.rs"]
mod use_cases;
mod writings;

use p2p_context::{FeatureName, Scope};
use p2p_storage::conformance::plan::Planner;

use judge::Judge;
use play::Play;

/// Whose statements are judged: the features', and those of the jobs that carry their events; so many are sent at least.
const SCOPES: [(&str, usize); 8] = [
    ("accounts", 25),
    ("dashboard", 60),
    ("forums", 25),
    ("jobs", 4),
    ("messaging", 20),
    ("notifications", 20),
    ("search", 100),
    ("use-cases", 100),
];

#[tokio::test]
async fn every_statement_goes_through_an_index() {
    let mut play = Play::begin().await;
    let [.., platform_admin, _] = play.tables().await;
    writings::play_people(&play).await;
    writings::play(&play).await;
    submissions::play(&play).await;
    talks::play(&play).await;
    writings::play_the_clock(&play).await;
    lists::play(&play, &platform_admin).await;
    submissions::play_lists(&play, &platform_admin).await;
    findings::play(&play, &platform_admin).await;
    writings::play_a_day_later(&play).await;
    talks::play_a_while_later(&play).await;
    let mut faults = Vec::new();
    for (feature, fewest) in SCOPES {
        let scope = scope(&play, feature);
        let statements = play.record.of(&scope);
        assert!(statements.len() >= fewest, "{feature} sent only {} statements", statements.len());
        let mut planner = planner(&play, &scope).await;
        let judge = Judge { leads: planner.leading_columns().await.unwrap() };
        for (text, occasion) in statements {
            let (steps, found) = best(&mut planner, &judge, &text).await;
            let steps = steps.join("\n    ");
            let told = |fault| format!("{fault}\n  {feature}, {occasion}\n  {text}\n    {steps}");
            faults.extend(found.into_iter().map(told));
        }
    }
    assert!(faults.is_empty(), "{} faults\n\n{}", faults.len(), faults.join("\n\n"));
}

/// The planners do tell of what the judge looks for.
#[tokio::test]
async fn statements_without_an_index_are_found() {
    let play = Play::begin().await;
    let mut planner = planner(&play, &scope(&play, "forums")).await;
    let judge = Judge { leads: planner.leading_columns().await.unwrap() };
    for (text, is_fine) in [
        ("SELECT title FROM topics WHERE id = $1", true),
        ("SELECT title FROM topics WHERE title = $1", false),
        ("UPDATE topics SET likes = 0 WHERE slug = $1", false),
        ("DELETE FROM topic_views WHERE user_id = $1", false),
        ("SELECT id FROM posts WHERE topic_id = $1 ORDER BY created_at, id LIMIT $2", true),
        ("SELECT id FROM posts WHERE topic_id = $1 ORDER BY likes LIMIT $2", false),
        ("SELECT count(*) FROM replies", false),
        // Each side has an index of its own, or one of them has none.
        ("SELECT status FROM posts WHERE id = $1 OR topic_id = $2", true),
        ("SELECT status FROM posts WHERE id = $1 OR likes = $2", false),
    ] {
        let (steps, faults) = best(&mut planner, &judge, text).await;
        assert_eq!(faults.is_empty(), is_fine, "{text}\n{steps:#?}");
    }
}

/// The better way that an engine may take, and what is wrong with it.
async fn best(planner: &mut Planner, judge: &Judge, text: &str) -> (Vec<String>, Vec<String>) {
    let steps = planner.plan(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    let faults = judge.faults(text, &steps);
    if faults.is_empty() {
        return (steps, faults);
    }
    let other = planner.plan_by_bitmaps(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    match other.map(|steps| (judge.faults(text, &steps), steps)) {
        Some((fewer, steps)) if fewer.len() < faults.len() => (steps, fewer),
        _ => (steps, faults),
    }
}

fn scope(play: &Play, feature: &str) -> Scope {
    Scope { tenant: play.stage.north.clone(), feature: FeatureName::new(feature).unwrap() }
}

async fn planner(play: &Play, scope: &Scope) -> Planner {
    let host = &play.stage.host;
    match &host.database {
        Some(database) => Planner::of_database(database, scope).await.unwrap(),
        None => Planner::of_file(host.folder(), scope).await.unwrap(),
    }
}
