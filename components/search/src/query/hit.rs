//! One thing that was found, as it is shown.

use p2p_sdk::{Ctx, Params, People, Person, Problem, Rows, Timestamp, Uuid};
use serde::Serialize;

use super::candidates::Candidate;
use super::score;
use super::snippet::{Highlight, highlights, snippet};
use super::word::Word;
use crate::entries::Kind;

/// Ids are asked for by so many, so that there are few different statements.
const STEP: usize = 20;

/// Something that was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hit<'a> {
    id: Uuid,
    #[serde(rename = "type")]
    kind: Kind,
    /// A post's and a reply's is its topic's; somebody's is their name.
    title: &'a str,
    /// Plain text around the words that were met.
    snippet: String,
    highlights: Vec<Highlight>,
    /// Who wrote it; somebody who was found themselves.
    author: Person<'a>,
    created_at: Timestamp,
    /// Where it is read.
    url: String,
    /// Between 0 and 1.
    score: f64,
}

/// The texts of these candidates, to be read with `show`.
pub async fn texts(ctx: &Ctx, candidates: &[Candidate<'_>]) -> Result<Rows, Problem> {
    if candidates.is_empty() {
        return Ok(Rows::default());
    }
    let asked = candidates.len().div_ceil(STEP) * STEP;
    let places: Vec<String> = (1..=asked).map(|n| format!("${n}")).collect();
    let text = format!(
        "SELECT id, topic_id, body FROM entries WHERE gone = FALSE AND id IN ({})",
        places.join(", ")
    );
    let mut params = Params::new();
    for at in 0..asked {
        params.push(&candidates.get(at).map_or(Uuid::NIL, |candidate| candidate.id));
    }
    Ok(ctx.sql().query(&text, &params).await?)
}

/// What is shown of the candidates. One that went in the meantime is left out.
pub fn show<'a>(
    candidates: &[Candidate<'a>],
    texts: &'a Rows,
    authors: &People<'a>,
    words: &[Word],
) -> Result<Vec<Hit<'a>>, Problem> {
    let texts = texts.all::<(Uuid, Option<Uuid>, &str)>()?;
    let hit = |candidate: &Candidate<'a>| {
        let (_, topic, body) = texts.iter().find(|(id, ..)| *id == candidate.id)?;
        let snippet = snippet(body, words);
        let mut found =
            if candidate.kind.is_titled() { highlights("title", candidate.title, words) } else { Vec::new() };
        found.extend(highlights("snippet", &snippet, words));
        Some(Hit {
            id: candidate.id,
            kind: candidate.kind,
            title: candidate.title,
            snippet,
            highlights: found,
            author: authors.get(candidate.author_id),
            created_at: candidate.created_at,
            url: url(candidate, *topic),
            score: score::shown(candidate.worth),
        })
    };
    Ok(candidates.iter().filter_map(hit).collect())
}

fn url(candidate: &Candidate<'_>, topic: Option<Uuid>) -> String {
    let (id, topic) = (candidate.id, topic.unwrap_or(candidate.id));
    match candidate.kind {
        Kind::Topic => format!("/forums/topics/{topic}"),
        Kind::Post => format!("/forums/topics/{topic}#post-{id}"),
        Kind::Reply => format!("/forums/topics/{topic}#reply-{id}"),
        Kind::UseCase => format!("/use-cases/{id}"),
        Kind::User => format!("/users/{id}"),
    }
}
