//! What a list of topics was narrowed to, as the query string says it.

use p2p_sdk::{Check, Problem, Uuid};
use serde::Deserialize;

use super::fold::fold;
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
}

impl Sort {
    /// The column that orders, between `is_pinned` and `id`, largest first.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Latest => "last_activity_at",
            Self::Popular => "popularity",
        }
    }

    /// Names the list in its cursors.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Latest => "forums.topics.latest",
            Self::Popular => "forums.topics.popular",
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
    use super::*;

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
}
