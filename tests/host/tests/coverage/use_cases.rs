//! The table of `use-cases`, and the things of its own.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::case::{Answers, Case, all, delete, form, get, patch, post, session, signed_in};
use crate::stage::Stage;
use crate::things::id;

/// What everybody sees, for the admins of the organization that it belongs to and platform admins.
const fn governs(status: u16) -> Answers {
    [401, 403, status, 403, status, 403]
}

/// The same of a draft, which others do not know of.
const fn governs_draft(status: u16) -> Answers {
    [401, 404, status, 404, status, 403]
}

/// Reading a draft. No session is needed to ask, so that a confirmed address is not either: the last one is a platform
/// admin.
const fn sees_draft(status: u16) -> Answers {
    [404, 404, status, 404, status, status]
}

/// Every route of the feature.
pub fn cases() -> Vec<Case> {
    [lists(), drafts(), published(), media()].into_iter().flatten().collect()
}

fn lists() -> Vec<Case> {
    vec![
        get("/use-cases", all(200)),
        get("/use-cases?status=draft", all(200)),
        get("/use-cases?mine=true", signed_in(200)),
        post("/use-cases", complete("A use case of one's own"), session(201)),
        get("/use-cases/bookmarks", session(200)),
    ]
}

fn drafts() -> Vec<Case> {
    vec![
        get("/use-cases/{id:DRAFT}", sees_draft(200)),
        patch("/use-cases/{id:DRAFT}", json!({"title": "Another title"}), governs_draft(200)),
        post("/use-cases/{id:DRAFT}/publish", Value::Null, governs_draft(200)),
        post("/use-cases/{id:DRAFT}/like", json!({}), governs_draft(200)),
        post("/use-cases/{id:DRAFT}/bookmark", json!({}), governs_draft(200)),
        delete("/use-cases/{id:DRAFT}", governs_draft(204)),
    ]
}

fn published() -> Vec<Case> {
    vec![
        get("/use-cases/{id:CASE}", all(200)).but_elsewhere(404),
        patch("/use-cases/{id:CASE}", json!({"title": "Another title"}), governs(200)),
        // It is published already.
        post("/use-cases/{id:CASE}/publish", Value::Null, governs(409)),
        post("/use-cases/{id:CASE}/like", json!({}), session(200)),
        post("/use-cases/{id:CASE}/bookmark", json!({}), session(200)),
        delete("/use-cases/{id:CASE}", governs(204)),
    ]
}

/// Whoever may see a file is led on to it.
fn media() -> Vec<Case> {
    vec![
        post("/use-cases/{id:DRAFT}/media", Value::Null, governs_draft(201)).with_file(),
        post("/use-cases/{id:CASE}/media", Value::Null, governs(201)).with_file(),
        // Only forms are taken.
        post("/use-cases/{id:CASE}/media", json!({}), session(415)),
        get("/use-cases/{id:FILED_DRAFT}/media/{mediaId:DRAFT_FILE}", sees_draft(200)),
        get("/use-cases/{id:FILED_CASE}/media/{mediaId:CASE_FILE}", all(200)).but_elsewhere(404),
        delete("/use-cases/{id:FILED_DRAFT}/media/{mediaId:DRAFT_FILE}", governs_draft(204)),
        delete("/use-cases/{id:FILED_CASE}/media/{mediaId:CASE_FILE}", governs(204)),
    ]
}

/// A use case with everything that it needs to be published.
pub fn complete(title: &str) -> Value {
    json!({
        "title": title, "industry": "Plastics", "technology": ["Computer vision", "IoT"],
        "problemStatement": "One part in **twenty** left the line with a short shot.",
        "solution": "A camera over each mould.", "outcomes": {"costSavings": "20%"},
        "location": {"city": "Riyadh", "coordinates": [24.7136, 46.6753]}, "tags": ["automation"],
    })
}

/// A use case of the owner, or a file of one that was made just before.
pub async fn make(stage: &Stage, made: &HashMap<String, String>, thing: &str) -> Option<String> {
    match thing {
        "DRAFT" => Some(draft(stage).await),
        "CASE" => Some(publish(stage, draft(stage).await).await),
        "FILED_DRAFT" => Some(file(stage, draft(stage).await).await),
        "FILED_CASE" => Some(publish(stage, file(stage, draft(stage).await).await).await),
        "DRAFT_FILE" => Some(file_of(stage, &made["FILED_DRAFT"]).await),
        "CASE_FILE" => Some(file_of(stage, &made["FILED_CASE"]).await),
        _ => None,
    }
}

async fn draft(stage: &Stage) -> String {
    id(stage.owner.post("/use-cases", &complete("Camera over a mould")).await.expect(201))
}

async fn publish(stage: &Stage, case: String) -> String {
    stage.owner.post(&format!("/use-cases/{case}/publish"), &json!({})).await.expect(200);
    case
}

async fn file(stage: &Stage, case: String) -> String {
    stage.owner.upload(&format!("/use-cases/{case}/media"), form()).await.expect(201);
    case
}

async fn file_of(stage: &Stage, case: &str) -> String {
    let found = stage.owner.get(&format!("/use-cases/{case}")).await.expect(200).json;
    found["media"][0]["id"].as_str().expect("it has a file").to_owned()
}
