//! `PATCH /forums/topics/{id}`: title, category, tags, visibility and the root post's text, in one commit.

mod write;

use p2p_sdk::{Check, Ctx, Problem, Request, Response, again_unless_matched};
use serde::Deserialize;

use super::seen::Seen;
use super::visibility::Visibility;
use super::{draft, read, tags};
use crate::categories;
use crate::posts::PostRow;
use write::write;

/// What is to be changed; what is not given stays.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct TopicChanges {
    #[cfg_attr(feature = "describe", schema(min_length = 5, max_length = 200))]
    pub title: Option<String>,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(min_length = 20, max_length = 50_000))]
    pub content: Option<String>,
    /// Slug of a category.
    pub category: Option<String>,
    #[cfg_attr(feature = "describe", schema(max_items = 5))]
    pub tags: Option<Vec<String>>,
    pub visibility: Option<Visibility>,
}

impl TopicChanges {
    fn check(&self, topic: &Seen) -> Result<(), Problem> {
        let check = Check::new()
            .given(&self.title, |check, title| draft::title(check, title))
            .given(&self.content, |check, content| draft::content(check, content))
            .given(&self.category, |check, category| draft::category(check, category))
            .given(&self.visibility, |check, to| draft::visibility(check, *to, topic.organization_id));
        check.given(&self.tags, |check, given| tags::check(check, given)).finish()
    }

    fn is_empty(&self) -> bool {
        self.title.is_none()
            && self.content.is_none()
            && self.category.is_none()
            && self.tags.is_none()
            && self.visibility.is_none()
    }
}

/// Changes a topic.
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    again_unless_matched(&request, async || change(ctx, &request).await).await
}

async fn change(ctx: &Ctx, request: &Request) -> Result<Response, Problem> {
    let actor = ctx.actor()?;
    let (seen, root) = PostRow::find(ctx, request.id("id")?).await?;
    if !root.is_root {
        return Err(Problem::not_found());
    }
    actor.author_or_admin(seen.created_by, seen.organization_id)?;
    let changes: TopicChanges = request.json()?;
    changes.check(&seen)?;
    if let Some(category) = &changes.category {
        categories::require(ctx, category).await?;
    }
    request.matched(seen.version)?;
    if !changes.is_empty() {
        write(ctx, actor, &seen, &root, &changes).await?;
    }
    read::answer(ctx, seen.id).await
}

#[cfg(test)]
mod tests {
    use p2p_sdk::test_host::{Card, Sending};
    use p2p_sdk::{Actor, Role, Uuid, params};
    use serde_json::{Value, json};

    use crate::fixture::{Forum, draft, with};

    fn change<'a>(forum: &'a Forum, by: &Actor, topic: Uuid, body: &Value) -> Sending<'a> {
        forum.host.patch(&format!("/forums/topics/{topic}")).by(by).json(body)
    }

    fn counted(forum: &Forum, category: &str, scope: Uuid) -> i64 {
        let find = "SELECT topics FROM category_counts WHERE category = $1 AND scope = $2";
        forum.host.query(find, &params![category, scope]).value().unwrap().unwrap_or(0)
    }

    #[test]
    fn everything_changes_in_one_version() {
        let forum = Forum::new();
        let topic =
            forum.opened(&forum.huda, &with(draft("Why does it vibrate?"), "tags", json!(["old", "both"])));
        forum.host.events();
        let body = json!({ "title": "  Warum schwingt es?  ", "content": "Above **50 Hz**, and only then.",
            "category": "quality", "tags": ["New", "both"], "visibility": "organization" });
        let answer = change(&forum, &forum.huda, topic, &body).send();
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        let read = forum.read(&forum.omar, topic).json();
        assert_eq!(answer.json(), read);
        assert_eq!(
            (&read["title"], &read["slug"], &read["tags"], &read["excerpt"]),
            (
                &json!("Warum schwingt es?"),
                &json!("warum-schwingt-es"),
                &json!(["new", "both"]),
                &json!("Above 50 Hz, and only then.")
            )
        );
        assert_eq!((&read["content"], &read["category"]), (&body["content"], &json!("quality")));
        assert_eq!(forum.read(&forum.stranger, topic).status, 404);
        let own = forum.huda.organization_id.unwrap();
        assert_eq!((counted(&forum, "general", Uuid::NIL), counted(&forum, "quality", own)), (0, 1));
        for (query, found) in [("tag=old", 0), ("tag=new", 1), ("search=schwingt", 1), ("search=vibrate", 0)]
        {
            assert_eq!(forum.titles(&forum.huda, query).len(), found, "{query}");
        }
        let events = forum.host.events();
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, "forums.topic.updated"));
        assert_eq!(
            (&told["title"], &told["visibility"], &told["text"]),
            (&json!("Warum schwingt es?"), &json!("organization"), &json!("Above 50 Hz, and only then."))
        );
        let history =
            forum.host.get(&format!("/forums/topics/{topic}/history")).by(&forum.huda).send().json();
        let titles: Vec<_> = history["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (item["title"].clone(), item["content"].clone()))
            .collect();
        assert_eq!(titles[1], (json!("Why does it vibrate?"), json!("Pump P-101 vibrates above **40 Hz**.")));
        assert_eq!((titles.len(), &titles[0].1), (2, &body["content"]));
    }

    #[test]
    fn what_is_not_given_stays() {
        let forum = Forum::new();
        let topic = forum.opened(&forum.huda, &with(draft("Why does it vibrate?"), "tags", json!(["a"])));
        let before = forum.read(&forum.huda, topic);
        assert_eq!(
            change(&forum, &forum.huda, topic, &json!({})).send().body,
            before.body,
            "nothing, no version"
        );
        assert_eq!(
            change(&forum, &forum.huda, topic, &json!({ "title": "Another title" })).send().status,
            200
        );
        let (mut wanted, read) = (before.json(), forum.read(&forum.huda, topic).json());
        (wanted["title"], wanted["slug"]) = (json!("Another title"), json!("another-title"));
        assert_eq!(read, wanted);
    }

    #[test]
    fn its_author_and_their_admins_may() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let within = forum.open_within(&forum.huda, "Among ourselves");
        let member = forum.host.colleague(&forum.huda, Role::Member);
        let body = json!({ "title": "Another title" });
        for (by, topic, status) in [
            (&forum.stranger, topic, 403),
            (&forum.stranger, within, 404),
            (&member, within, 403),
            (&forum.omar, within, 200),
            (&forum.platform_admin, within, 200),
            (&forum.huda, forum.answer(topic, &forum.huda, "No topic"), 404),
        ] {
            assert_eq!(change(&forum, by, topic, &body).send().status, status);
        }
        assert_eq!(forum.host.patch(&format!("/forums/topics/{topic}")).json(&body).send().status, 401);
    }

    #[test]
    fn who_can_no_longer_read_it_is_not_named_to() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "For everybody so far");
        let named = |visibility: &str| {
            let body =
                json!({ "content": "What does @Nora.Elsewhere say to this?", "visibility": visibility });
            assert_eq!(change(&forum, &forum.huda, topic, &body).send().status, 200);
            let events = forum.host.events();
            let told: Value = serde_json::from_slice(&events.last().unwrap().payload).unwrap();
            told["mentions"].as_array().map_or(0, Vec::len)
        };
        forum.host.introduce(Card::of(&forum.stranger, "Nora Elsewhere", "Mills"));
        assert_eq!((named("network"), named("organization")), (1, 0));
    }

    #[test]
    fn every_field_has_its_rule() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        for (body, field, code) in [
            (json!({ "title": "abcd" }), "title", "TOO_SHORT"),
            (json!({ "content": "short" }), "content", "TOO_SHORT"),
            (json!({ "category": "unheard-of" }), "category", "UNKNOWN"),
            (json!({ "tags": ["a", "b", "c", "d", "e", "f"] }), "tags", "TOO_MANY"),
            (json!({ "visibility": "moon" }), "visibility", "FORM"),
        ] {
            let answer = change(&forum, &forum.huda, topic, &body).send();
            assert_eq!(answer.wrong_fields(), [(field.into(), code.into())]);
        }
        let nobody = Actor { organization_id: None, ..forum.stranger.clone() };
        let own = forum.open(&nobody, "Of nobody's organization");
        let answer = change(&forum, &nobody, own, &json!({ "visibility": "organization" })).send();
        assert_eq!(answer.wrong_fields(), [("visibility".into(), "NO_ORGANIZATION".into())]);
    }

    #[test]
    fn of_two_who_name_a_version_one_loses_and_others_try_again() {
        let forum = Forum::new();
        let topic = forum.open(&forum.huda, "Why does it vibrate?");
        let named = |title: &str| {
            change(&forum, &forum.huda, topic, &json!({ "title": title })).header("if-match", "\"1\"")
        };
        let mut statuses: Vec<_> =
            named("Title A").send_with([named("Title B")]).iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let title = |n: usize| change(&forum, &forum.huda, topic, &json!({ "title": format!("Title {n}") }));
        let answers = title(0).send_with([title(1), title(2)]);
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(forum.read(&forum.huda, topic).header("etag"), Some("\"5\""));
        let versions = "SELECT count(*) FROM topic_edits WHERE topic_id = $1";
        assert_eq!(forum.number(versions, topic), 5);
    }
}
