//! `POST /forums/topics`: the root post first, as a document nobody can see, then the commit that makes it visible and
//! tells of it.

use p2p_sdk::{Actor, Batch, Ctx, Person, Problem, Request, Response, fold, params};

use super::draft::{Derived, NewTopic};
use super::row::{Status, Topic};
use super::visibility::Visibility;
use super::whole::WholeTopic;
use crate::attachments::{self, Attachment};
use crate::contributors::{self, Deed};
use crate::posts::{self, Bare, PostRow, Text};
use crate::told::{Told, Words};
use crate::{categories, sweep};

const INSERT: &str = "INSERT INTO topics (id, title, title_folded, slug, category, tags, visibility, created_by, \
    organization_id, excerpt, last_activity_at, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11)";
pub const INSERT_TAG: &str = "INSERT INTO topic_tags (tag, topic_id) VALUES ($1, $2)";

/// Opens a topic.
pub async fn create(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let new: NewTopic = request.json()?;
    new.check(actor)?;
    categories::require(ctx, &new.category).await?;
    let files = attachments::check(ctx, actor, &new.attachments).await?;
    let within = actor.organization_id.filter(|_| new.visibility == Visibility::Organization);
    let words = Words::of(ctx, within, &new.content).await?;
    let derived = Derived::of(ctx, &new).await?;
    let topic = opened(ctx, actor, &new, &derived);
    let root = PostRow::new(ctx, topic.id, topic.id)?;
    let told = words.told(told(&topic));
    let batch = batch(&topic, &root, &derived);
    let batch = attachments::claim(batch, &new.attachments, actor.user_id, root.id);
    let batch = batch.tell(told.event("forums.topic.created"));
    posts::keep(ctx, &root, &new.content, &files).await?;
    let answer = answer(ctx, topic, root, &new.content, files).await?;
    let answer = batch.answer(ctx, answer).await;
    sweep::now_and_then(ctx).await;
    answer
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
        author: Person::former(actor.user_id),
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
        trend: 0,
        best_reply_id: None,
    }
}

fn told<'a>(topic: &Topic<'a>) -> Told<'a> {
    Told {
        id: topic.id,
        topic_id: topic.id,
        author_id: topic.created_by,
        organization_id: topic.organization_id,
        visibility: topic.visibility,
        topic_organization_id: topic.organization_id,
        title: topic.title,
        slug: Some(topic.slug),
        category: Some(topic.category),
        tags: Some(topic.tags),
        excerpt: Some(topic.excerpt),
        created_at: Some(topic.created_at),
        ..Told::default()
    }
}

/// The rows of a topic.
fn batch(topic: &Topic<'_>, root: &PostRow, derived: &Derived) -> Batch {
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
    let batch = categories::count(posts::row(batch, root), category, visibility, organization_id, 1);
    contributors::credit(batch, created_by, organization_id, Deed::Topic, 1)
}

async fn answer(
    ctx: &Ctx,
    topic: Topic<'_>,
    root: PostRow,
    content: &str,
    attachments: Vec<Attachment>,
) -> Result<Response, Problem> {
    let version = topic.version;
    let mut bare = Bare::new(root, Text { id: root.id, content: content.to_owned(), attachments });
    let dressing = bare.dress(ctx, None).await?;
    let posts = bare.show(&dressing, None)?;
    Ok(Response::created(&WholeTopic::new(topic, posts, &dressing.authors()?)).etag(version))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    fn rows(forum: &Forum, table: &str) -> i64 {
        forum
            .host
            .query(&format!("SELECT count(*) FROM {table}"), &p2p_sdk::params![])
            .value()
            .unwrap()
            .unwrap()
    }

    #[test]
    fn a_topic_is_answered_as_it_will_be_read() {
        let forum = Forum::new();
        let new = with(draft("  Ölpumpe: a < b?  "), "tags", json!(["IoT", "iot", "ذكاء اصطناعي"]));
        let answer =
            forum.post(&forum.huda, &with(new, "content", json!("if a < b && c:\n\n\"سلام\" <script>")));
        assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
        let topic = answer.json();
        assert_eq!(topic, forum.read(&forum.huda, topic["id"].as_str().unwrap()).json());
        assert_eq!((&topic["title"], &topic["slug"]), (&json!("Ölpumpe: a < b?"), &json!("ölpumpe-a-b")));
        assert_eq!(topic["tags"], json!(["iot", "ذكاء-اصطناعي"]));
        assert_eq!(topic["content"], "if a < b && c:\n\n\"سلام\" <script>");
        assert!(topic["contentHtml"].as_str().unwrap().contains("a &lt; b &amp;&amp; c"));
        assert_eq!((&topic["visibility"], &topic["status"]), (&json!("network"), &json!("open")));
        assert_eq!(topic["organizationId"], json!(forum.huda.organization_id));
    }

    #[test]
    fn the_event_and_the_rows_are_one_commit() {
        let forum = Forum::new();
        let id =
            forum.opened(&forum.huda, &with(draft("Among ourselves"), "visibility", json!("organization")));
        let events = forum.host.events();
        let [event] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((event.topic.as_str(), event.key.clone()), ("forums.topic.created", id.to_string()));
        let told: Value = serde_json::from_slice(&event.payload).unwrap();
        let wanted = json!({ "id": id, "topicId": id, "title": "Among ourselves", "slug": "among-ourselves",
            "category": "general", "tags": [], "visibility": "organization", "authorId": forum.huda.user_id,
            "organizationId": forum.huda.organization_id, "topicOrganizationId": forum.huda.organization_id,
            "excerpt": "Pump P-101 vibrates above 40 Hz.", "text": "Pump P-101 vibrates above 40 Hz.",
            "createdAt": forum.host.now() });
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_commit_that_fails_leaves_nothing_that_can_be_seen() {
        let forum = Forum::new();
        let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON topic_tags BEGIN SELECT RAISE(ABORT, 'no'); END";
        forum.host.execute(refuse, p2p_sdk::params![]);
        let answer = forum.post(&forum.huda, &with(draft("It will not come"), "tags", json!(["a"])));
        assert!(answer.status >= 500);
        assert_eq!((rows(&forum, "topics"), forum.host.events().len()), (0, 0));
        assert_eq!(forum.posts_stored(), 1, "the document came first and is an orphan now");
        assert!(forum.titles(&forum.huda, "").is_empty());
    }

    #[test]
    fn the_same_key_opens_one_topic() {
        let forum = Forum::new();
        let send = |title: &str| {
            let post = forum.host.post("/forums/topics").by(&forum.huda).header("idempotency-key", "k-1");
            post.json(&draft(title)).send()
        };
        let (first, second) = (send("Only once"), send("Only once"));
        assert_eq!((first.status, second.status), (201, 201));
        assert_eq!((first.body, first.headers), (second.body, second.headers));
        assert_eq!((rows(&forum, "topics"), forum.posts_stored(), forum.host.events().len()), (1, 1, 1));
        assert_eq!(send("Another one").status, 422);
    }
}
