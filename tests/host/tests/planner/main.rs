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
#[path = "../coverage/forums.rs"]
mod forums;
mod judge;
mod lists;
mod play;
#[path = "../coverage/stage.rs"]
mod stage;
#[path = "../coverage/things.rs"]
mod things;
mod writings;

use p2p_context::{FeatureName, Scope};
use p2p_storage::conformance::plan::Planner;

use judge::Judge;
use play::Play;

/// Every feature with routes to play.
const FEATURES: [&str; 2] = ["accounts", "forums"];
/// Whose statements are judged: the features', and those of the jobs that carry their events; so many are sent at least.
const SCOPES: [(&str, usize); 3] = [("accounts", 25), ("forums", 25), ("jobs", 4)];

#[tokio::test]
async fn every_statement_goes_through_an_index() {
    let mut play = Play::begin().await;
    let [.., platform_admin, _] = play.tables().await;
    writings::play_people(&play).await;
    writings::play(&play).await;
    writings::play_the_clock(&play).await;
    lists::play(&play, &platform_admin).await;
    writings::play_an_hour_later(&play).await;
    let mut faults = Vec::new();
    for (feature, fewest) in SCOPES {
        let scope = scope(&play, feature);
        let statements = play.record.of(&scope);
        assert!(statements.len() >= fewest, "{feature} sent only {} statements", statements.len());
        let mut planner = planner(&play, &scope).await;
        let judge = Judge { leads: planner.leading_columns().await.unwrap() };
        for (text, occasion) in statements {
            let steps = planner.plan(&text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
            for fault in judge.faults(&text, &steps) {
                let steps = steps.join("\n    ");
                faults.push(format!("{fault}\n  {feature}, {occasion}\n  {text}\n    {steps}"));
            }
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
    ] {
        let steps = planner.plan(text).await.unwrap();
        assert_eq!(judge.faults(text, &steps).is_empty(), is_fine, "{text}\n{steps:#?}");
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
