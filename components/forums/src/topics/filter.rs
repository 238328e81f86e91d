//! What a list of topics was narrowed to, as the query string says it.

use p2p_sdk::{Check, Problem, Uuid, fold};
use serde::Deserialize;

use super::tags;

const WORD_MAX: usize = 100;
const SEARCH_MAX: usize = 200;

/// Narrows a list of topics; what is not given narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// Slug of a category.
    pub category: Option<String>,
    /// A tag, in any case.
    pub tag: Option<String>,
    /// Words of the title, in any case, Arabic letters in any form.
    pub search: Option<String>,
    pub sort: Sort,
    /// Who opened it.
    pub author: Option<Uuid>,
    /// Pinned ones only, or others only.
    pub pinned: Option<bool>,
    /// Those with a best answer only, or others only.
    pub answered: Option<bool>,
    /// The caller's own only.
    pub mine: bool,
}

/// The order of a list, behind the pinned ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(serde::Serialize, utoipa::ToSchema), schema(as = TopicSort))]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// The last activity first.
    #[default]
    Latest,
    /// The most replies, likes and views first.
    Popular,
    /// The same, and what is new before what is old.
    Trending,
}

impl Sort {
    /// The column that orders, between `is_pinned` and `id`, largest first.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Latest => "last_activity_at",
            Self::Popular => "popularity",
            Self::Trending => "trend",
        }
    }

    /// Names the list in its cursors.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Latest => "forums.topics.latest",
            Self::Popular => "forums.topics.popular",
            Self::Trending => "forums.topics.trending",
        }
    }
}

impl Filter {
    /// Brings words into the form they are stored in, and refuses what could be in no topic.
    pub fn normalize(mut self) -> Result<Self, Problem> {
        let word = |field: &'static str, most: usize| {
            move |check: Check, text: &String| check.text(field, text, 0..=most)
        };
        Check::new()
            .given(&self.category, word("category", WORD_MAX))
            .given(&self.tag, word("tag", WORD_MAX))
            .given(&self.search, word("search", SEARCH_MAX))
            .finish()?;
        self.category = self.category.filter(|slug| !slug.is_empty());
        self.tag = self.tag.map(|tag| tags::normalize(&tag)).filter(|tag| !tag.is_empty());
        self.search = self.search.map(|words| fold(&words)).filter(|words| !words.is_empty());
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::{Forum, draft, with};

    fn filter(search: &str, tag: &str) -> Result<Filter, Problem> {
        Filter { search: Some(search.into()), tag: Some(tag.into()), ..Filter::default() }.normalize()
    }

    #[test]
    fn words_are_looked_for_in_their_stored_form() {
        let found = filter("  PUMP  أحمد ", "Machine Learning").unwrap();
        assert_eq!(
            (found.search.as_deref(), found.tag.as_deref()),
            (Some("pump احمد"), Some("machine-learning"))
        );
    }

    #[test]
    fn blank_words_narrow_nothing() {
        assert_eq!(filter("  ", "").unwrap(), Filter::default());
    }

    #[test]
    fn nul_is_refused_by_name() {
        let problem = filter("a\0b", "c\0d").unwrap_err();
        let fields: Vec<_> = problem.wrong_fields().iter().map(|wrong| wrong.field.as_ref()).collect();
        assert_eq!(fields, ["tag", "search"]);
    }

    #[test]
    fn what_is_no_filter_is_named() {
        let forum = Forum::new();
        for (query, field, code) in [
            ("sort=odd", "sort", "FORM"),
            ("author=me", "author", "FORM"),
            ("pinned=perhaps", "pinned", "TYPE"),
            ("search=%00", "search", "CHARACTERS"),
            ("tag=%00", "tag", "CHARACTERS"),
            ("category=%00", "category", "CHARACTERS"),
            ("page=0", "page", "RANGE"),
        ] {
            let answer = forum.list(&forum.huda, query);
            assert_eq!(
                (answer.status, answer.wrong_fields()),
                (422, vec![(field.into(), code.into())]),
                "{query}"
            );
        }
    }

    #[test]
    fn filters_narrow_and_join() {
        let forum = Forum::new();
        let valve = with(draft("Valve Actuators 100%_safe"), "tags", json!(["Pneumatics", "Safety First"]));
        forum.opened(&forum.huda, &with(valve, "category", json!("quality")));
        let robot =
            forum.opened(&forum.stranger, &with(draft("الأتمتة في المصنع"), "tags", json!(["safety first"])));
        forum.set(robot, "has_best_answer = $2", true);
        forum.set(robot, "is_pinned = $2", true);
        let (valve, robot) = (&["Valve Actuators 100%_safe"][..], &["الأتمتة في المصنع"][..]);
        let author = format!("author={}&category=quality", forum.huda.user_id);
        for (query, wanted) in [
            ("category=quality", valve),
            ("category=unheard-of", &[]),
            ("tag=SAFETY+first&pinned=true", robot),
            ("tag=pneumatics", valve),
            ("tag=pneu", &[]),
            ("search=actuators+100%25_", valve),
            ("search=a%25s", &[]),
            ("search=%D8%A7%D9%84%D8%A7%D8%AA%D9%85%D8%AA%D9%87", robot),
            ("answered=true", robot),
            ("answered=false&tag=safety-first", valve),
            ("pinned=false", valve),
            ("mine=true", valve),
            (author.as_str(), valve),
            ("mine=true&answered=true", &[]),
        ] {
            assert_eq!(forum.titles(&forum.huda, query), wanted, "{query}");
        }
    }
}
