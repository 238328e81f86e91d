//! What opens a topic: its rules, and what is made of it before anything is written.

use std::ops::RangeInclusive;

use p2p_sdk::{Actor, Check, Ctx, Problem, Rule, Uuid, slug};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::tags;
use super::visibility::Visibility;

const TITLE: RangeInclusive<usize> = 5..=200;
pub const CONTENT: RangeInclusive<usize> = 20..=50_000;
const CATEGORY: RangeInclusive<usize> = 1..=100;
/// The slug of a title without a letter.
pub const NAMELESS: &str = "topic";
/// Characters of a topic's content that a list shows.
const EXCERPT_MAX: u32 = 200;

const NO_ORGANIZATION: Rule = Rule::Own(
    "NO_ORGANIZATION",
    "needs an organization, and you belong to none",
    "يتطلب مؤسسة، وأنت لا تنتمي إلى أي مؤسسة",
);

/// What opens a topic.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewTopic {
    #[cfg_attr(feature = "describe", schema(min_length = 5, max_length = 200))]
    pub title: String,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(min_length = 20, max_length = 50_000))]
    pub content: String,
    /// Slug of a category.
    pub category: String,
    #[serde(default)]
    #[cfg_attr(feature = "describe", schema(max_items = 5))]
    pub tags: Vec<String>,
    #[serde(default)]
    pub visibility: Visibility,
    /// Files that the caller sent before, for the root post.
    #[serde(default)]
    #[cfg_attr(feature = "describe", schema(max_items = 10))]
    pub attachments: Vec<Uuid>,
}

/// What is made of what was given, by rules of our own and by the host.
pub struct Derived {
    pub slug: String,
    pub excerpt: String,
    pub tags: Vec<String>,
    pub tags_json: Box<RawValue>,
}

impl NewTopic {
    /// Refuses what breaks a rule, all at once (422). Whether the category exists is asked elsewhere.
    pub fn check(&self, actor: &Actor) -> Result<(), Problem> {
        let check = title(Check::new(), &self.title);
        let check = category(content(check, &self.content), &self.category);
        let check = visibility(check, self.visibility, actor.organization_id);
        tags::check(check, &self.tags).finish()
    }
}

/// How a topic's content begins, without markup, as lists show it.
pub async fn excerpt(ctx: &Ctx, content: &str) -> String {
    ctx.text().excerpt(&[content.to_owned()], EXCERPT_MAX).await.pop().unwrap_or_default()
}

/// A title.
pub fn title(check: Check, title: &str) -> Check {
    check.text("title", title, TITLE)
}

/// The content of a root post.
pub fn content(check: Check, content: &str) -> Check {
    check.prose("content", content, CONTENT)
}

/// A category, as far as its form goes.
pub fn category(check: Check, category: &str) -> Check {
    check.text("category", category, CATEGORY)
}

/// Who may see it: an organization only where the author has one.
pub fn visibility(check: Check, visibility: Visibility, organization: Option<Uuid>) -> Check {
    let within = visibility == Visibility::Network || organization.is_some();
    check.that(within, "visibility", NO_ORGANIZATION)
}

impl Derived {
    /// Asks the host for the excerpt; the rest is ours.
    pub async fn of(ctx: &Ctx, new: &NewTopic) -> Result<Self, Problem> {
        let tags = tags::normalize_all(&new.tags);
        let tags_json = serde_json::value::to_raw_value(&tags).map_err(Problem::internal)?;
        let excerpt = excerpt(ctx, &new.content).await;
        Ok(Self { slug: slug(&new.title, NAMELESS), excerpt, tags, tags_json })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    #[test]
    fn every_field_has_its_rule() {
        let forum = Forum::new();
        let long = |count| json!("س".repeat(count));
        for (field, value, wrong, code) in [
            ("title", json!("abcd"), "title", "TOO_SHORT"),
            ("title", long(201), "title", "TOO_LONG"),
            ("title", json!("nul\0 inside"), "title", "CHARACTERS"),
            ("title", json!("two\nlines"), "title", "CHARACTERS"),
            ("title", json!(null), "title", "TYPE"),
            ("content", json!("   too short   "), "content", "TOO_SHORT"),
            ("content", long(50_001), "content", "TOO_LONG"),
            ("content", json!("a nul \0 among many words"), "content", "CHARACTERS"),
            ("category", json!("unheard-of"), "category", "UNKNOWN"),
            ("category", json!("nul\0"), "category", "CHARACTERS"),
            ("tags", json!(["a", "b", "c", "d", "e", "f"]), "tags", "TOO_MANY"),
            ("tags", json!(["a", ""]), "tags[1]", "REQUIRED"),
            ("tags", json!(["nul\0"]), "tags[0]", "CHARACTERS"),
            ("tags", json!("a"), "tags", "TYPE"),
            ("visibility", json!("moon"), "visibility", "FORM"),
        ] {
            let answer = forum.post(&forum.huda, &with(draft("A good title"), field, value));
            assert_eq!(
                (answer.status, answer.wrong_fields()),
                (422, vec![(wrong.into(), code.into())]),
                "{field}"
            );
        }
        assert_eq!((forum.titles(&forum.huda, "").len(), forum.posts_stored()), (0, 0));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let forum = Forum::new();
        let answer =
            forum.post(&forum.huda, &json!({ "title": "", "content": "", "category": "x", "tags": [""] }));
        let fields: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["title", "content", "tags[0]"]);
        assert_eq!(forum.host.post("/forums/topics").by(&forum.huda).body(b"{").send().code(), "MALFORMED");
    }

    #[test]
    fn the_bounds_themselves_are_fine() {
        let forum = Forum::new();
        for (title, content) in [("12345".to_owned(), "x".repeat(20)), ("س".repeat(200), "س".repeat(50_000))]
        {
            let id = forum.opened(&forum.huda, &with(draft(&title), "content", json!(content)));
            assert_eq!(forum.read(&forum.huda, id).json()["content"], content);
        }
    }

    #[test]
    fn only_somebody_in_an_organization_writes_for_one() {
        let forum = Forum::new();
        let nobody = p2p_sdk::Actor { organization_id: None, ..forum.stranger.clone() };
        let within = with(draft("Among ourselves"), "visibility", json!("organization"));
        let wrong = vec![("visibility".to_owned(), "NO_ORGANIZATION".to_owned())];
        assert_eq!(forum.post(&nobody, &within).wrong_fields(), wrong);
        assert_eq!(forum.post(&nobody, &draft("For everybody")).json()["organizationId"], Value::Null);
        assert_eq!(forum.host.post("/forums/topics").json(&within).send().status, 401);
    }
}
