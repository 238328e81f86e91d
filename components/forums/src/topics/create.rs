//! `POST /forums/topics`: the root post first, as a document nobody can see, then the commit that makes it visible and
//! tells of it.

use std::ops::RangeInclusive;

use p2p_sdk::{Actor, Batch, Check, Ctx, Problem, Request, Response, Rule, Timestamp, Uuid, params};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::fold::fold;
use super::row::{Status, Topic};
use super::slug::slug;
use super::tags;
use super::visibility::Visibility;
use super::whole::{Dressing, WholeTopic};
use crate::authors::Author;
use crate::categories;
use crate::posts::{self, PostDocument, Written};

const TITLE: RangeInclusive<usize> = 5..=200;
const CONTENT: RangeInclusive<usize> = 20..=50_000;
/// Characters of a topic's content that a list shows.
const EXCERPT_MAX: u32 = 200;

const INSERT: &str = "INSERT INTO topics (id, title, title_folded, slug, category, tags, visibility, created_by, \
    organization_id, excerpt, last_activity_at, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11)";
const INSERT_TAG: &str = "INSERT INTO topic_tags (tag, topic_id) VALUES ($1, $2)";

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
}

/// What is made of what was given, by rules of our own and by the host.
struct Derived {
    slug: String,
    excerpt: String,
    tags: Vec<String>,
    tags_json: Box<RawValue>,
}

/// What `forums.topic.created` says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    id: Uuid,
    title: &'a str,
    slug: &'a str,
    category: &'a str,
    tags: &'a RawValue,
    visibility: Visibility,
    author_id: Uuid,
    organization_id: Option<Uuid>,
    excerpt: &'a str,
    created_at: Timestamp,
}

/// Opens a topic.
pub async fn create(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let new: NewTopic = request.json()?;
    new.check(actor)?;
    categories::require(ctx, &new.category).await?;
    let derived = Derived::of(ctx, &new).await?;
    let topic = opened(ctx, actor, &new, &derived);
    let root = PostDocument::root(topic.id, actor.user_id, &new.content, topic.created_at);
    let posts = Written::page(&posts::FIRST_PAGE, vec![Written { id: topic.id, document: root.clone() }]);
    let dressing = Dressing::of(ctx, &topic, &posts).await?;
    let batch = batch(&topic, &derived);
    let answer = Response::created(&WholeTopic::new(topic.clone(), posts, &dressing)?).etag(topic.version);
    posts::insert(ctx, topic.id, &root).await?;
    batch.answer(ctx, answer).await
}

impl NewTopic {
    fn check(&self, actor: &Actor) -> Result<(), Problem> {
        let within = self.visibility == Visibility::Network || actor.organization_id.is_some();
        let check = Check::new()
            .text("title", &self.title, TITLE)
            .prose("content", &self.content, CONTENT)
            .that(within, "visibility", NO_ORGANIZATION);
        tags::check(check, &self.tags).finish()
    }
}

impl Derived {
    async fn of(ctx: &Ctx, new: &NewTopic) -> Result<Self, Problem> {
        let tags = tags::normalize_all(&new.tags);
        let tags_json = serde_json::value::to_raw_value(&tags).map_err(Problem::internal)?;
        let excerpt =
            ctx.text().excerpt(vec![new.content.clone()], EXCERPT_MAX).await.pop().unwrap_or_default();
        Ok(Self { slug: slug(&new.title), excerpt, tags, tags_json })
    }
}

fn opened<'a>(ctx: &Ctx, actor: &Actor, new: &'a NewTopic, derived: &'a Derived) -> Topic<'a> {
    let now = ctx.now();
    Topic {
        id: ctx.new_id(),
        title: new.title.trim(),
        slug: &derived.slug,
        category: &new.category,
        tags: &derived.tags_json,
        status: Status::Open,
        visibility: new.visibility,
        created_by: actor.user_id,
        author: Author::former(actor.user_id),
        organization_id: actor.organization_id,
        is_pinned: false,
        excerpt: &derived.excerpt,
        views: 0,
        likes: 0,
        reply_count: 0,
        has_best_answer: false,
        is_bookmarked: false,
        last_activity_at: now,
        created_at: now,
        updated_at: now,
        version: 1,
        popularity: 0,
    }
}

/// The rows of a topic and the event that tells of it.
fn batch(topic: &Topic<'_>, derived: &Derived) -> Batch {
    let Topic {
        id, title, slug, category, visibility, created_by, organization_id, excerpt, created_at, ..
    } = *topic;
    let row = params![
        id,
        title,
        fold(title),
        slug,
        category,
        topic.tags.get(),
        visibility.as_str(),
        created_by,
        organization_id,
        excerpt,
        created_at
    ];
    let batch = Batch::new().run_one(INSERT, row);
    let batch = derived.tags.iter().fold(batch, |batch, tag| batch.run_one(INSERT_TAG, params![tag, id]));
    let tags = topic.tags;
    let created = Created {
        id,
        title,
        slug,
        category,
        tags,
        visibility,
        author_id: created_by,
        organization_id,
        excerpt,
        created_at,
    };
    batch.event("forums.topic.created", id, &created)
}
