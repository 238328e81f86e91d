//! Which entries answer a question at all. First those in which every word is met; when they are few, those too in which
//! it may have been meant otherwise; when there are none, those that lack one word.

use p2p_sdk::{Ctx, Problem, Rows, Timestamp, Uuid, Viewer, from_row};

use super::asked::{Asked, Sort};
use super::selection::{MOST, select};
use super::word::Word;
use super::{Scope, expression, score, typos};
use crate::entries::Kind;

/// Fewer than these ask for more.
const FEW: usize = 3;
/// What lacks a word is a guess: so many are enough.
const GUESSES: usize = 50;

/// An entry that may be what was asked for: what orders it and what is counted.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub id: Uuid,
    pub kind: Kind,
    pub author_id: Uuid,
    pub title: &'a str,
    pub category: &'a str,
    pub industry: &'a str,
    pub city: &'a str,
    pub tags: &'a str,
    pub technologies: &'a str,
    pub created_at: Timestamp,
    pub worth: i64,
}
from_row!(Candidate<'a> { id, kind, author_id, title, category, industry, city, tags, technologies, created_at; worth });

impl<'a> Candidate<'a> {
    /// What it is sorted under. What stands in a topic is not found by the topic's.
    pub fn labels(&self) -> [&'a str; 5] {
        if self.kind.is_titled() {
            [self.tags, self.technologies, self.category, self.industry, self.city]
        } else {
            [""; 5]
        }
    }
}

/// What the store answered, the closest first, and the words that led there.
#[derive(Debug)]
pub struct Answers {
    pub words: Vec<Word>,
    close: Rows,
    far: Rows,
}

/// Asks the store.
pub async fn find(ctx: &Ctx, scope: Scope, asked: &Asked) -> Result<Answers, Problem> {
    let viewer = Viewer::of(ctx.actor()?);
    let dialect = ctx.sql().dialect();
    let ask = async |expression: Option<String>, most: usize| match expression {
        Some(expression) => select(dialect, &expression, (scope, asked, viewer), most).rows(ctx).await,
        None => Ok::<_, Problem>(Rows::default()),
    };
    let mut words = asked.words.clone();
    let close = ask(expression::all(&words, dialect), MOST).await?;
    let mut far = Rows::default();
    if close.len() < FEW && !words.is_empty() {
        typos::expand(ctx, &mut words, close.is_empty()).await?;
        if words.iter().any(|word| !word.typos.is_empty()) {
            far = ask(expression::all(&words, dialect), MOST).await?;
        }
    }
    if close.is_empty() && far.is_empty() {
        far = ask(expression::all_but_one(&words, dialect), GUESSES).await?;
    }
    Ok(Answers { words, close, far })
}

impl Answers {
    /// All candidates, each once, in the order that was asked for.
    pub fn sorted(&self, sort: Sort) -> Result<Vec<Candidate<'_>>, Problem> {
        let mut all: Vec<Candidate<'_>> = Vec::new();
        for (rows, is_close) in [(&self.close, true), (&self.far, false)] {
            let found = rows.all::<Candidate<'_>>()?;
            let known = all.len();
            for (place, mut candidate) in found.iter().copied().enumerate() {
                // Few are close when any are far.
                if !is_close && all.iter().take(known).any(|other| other.id == candidate.id) {
                    continue;
                }
                candidate.worth = score::worth(&self.words, &candidate, is_close, place, found.len());
                all.push(candidate);
            }
        }
        let newest = |candidate: &Candidate<'_>| (candidate.created_at, candidate.id);
        match sort {
            Sort::Relevance => {
                all.sort_by_key(|candidate| std::cmp::Reverse((candidate.worth, newest(candidate))))
            }
            Sort::Date => all.sort_by_key(|candidate| std::cmp::Reverse(newest(candidate))),
        }
        all.truncate(MOST);
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Role};
    use serde_json::json;

    use crate::fixture::{Found, Index, ids};

    #[test]
    fn an_organization_keeps_what_is_its_own() {
        let index = Index::new();
        let ours = index.topic_within(&index.huda, "Pump secrets of ours");
        let open = index.topic("Pump secrets for all", "Anything.");
        let nobody = Actor { organization_id: None, ..index.host.person(Role::Member) };
        let platform = Actor { platform_admin: true, ..index.host.person(Role::Member) };
        let both = [open.to_string(), ours.to_string()];
        for (actor, wanted) in [
            (&index.huda, &both[..]),
            (&index.stranger, &both[..1]),
            (&nobody, &both[..1]),
            (&platform, &both[..]),
        ] {
            let page = index.search_by(actor, "/search?q=secrets&count=true").json();
            let mut found = ids(&page);
            found.sort_by_key(|id| wanted.iter().position(|other| other == id));
            assert_eq!(found, wanted);
            assert_eq!(
                (&page["total"], &page["counts"]["topic"]),
                (&json!(wanted.len()), &json!(wanted.len()))
            );
        }
    }

    #[test]
    fn one_word_of_three_may_be_missing_when_nothing_has_them_all() {
        let index = Index::new();
        let topic = index.topic("Cavitation in booster pumps", "-");
        assert_eq!(index.found("cavitation%20booster%20warranty"), [Found::topic(topic)]);
        assert_eq!(index.found("cavitation%20warranty"), []);
    }

    #[test]
    fn what_is_called_so_is_found_behind_any_number_that_speak_of_it() {
        let index = Index::new();
        let topic = index.topic("Cavitation", "It sounds like gravel.");
        let other = index.topic("Noise in the feed pump", "It hums.");
        for _ in 0..505 {
            index.post(other, "No cavitation here.");
        }
        let page = index.search("/search?q=cavitation&limit=1&count=true").json();
        assert_eq!((ids(&page), &page["total"]), (vec![topic.to_string()], &json!(500)));
    }

    #[test]
    fn no_more_than_five_hundred_are_looked_at() {
        let index = Index::new();
        index.many(505, "Cavitation");
        let page = index.search("/search?q=cavitation&limit=100&count=true").json();
        assert_eq!((&page["total"], &page["totalIsCapped"]), (&json!(500), &json!(true)));
        assert_eq!(ids(&page).len(), 100);
        let last = index.search("/search?q=cavitation&limit=100&page=5").json();
        assert_eq!((ids(&last).len(), &last["hasNext"]), (100, &json!(false)));
    }
}
