//! Use cases: found while they are published. One that was taken back may be published again, and is found again then.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Timestamp, Uuid};
use serde::Deserialize;

use crate::entries::{Below, Entry, Kind, bury, labels, load};
use crate::text::label;

const TOPICS: [&str; 5] = [
    "use-cases.use-case.published",
    "use-cases.use-case.updated",
    "use-cases.use-case.archived",
    "use-cases.use-case.deleted",
    "use-cases.use-case.retold",
];
const DELETED: &str = "use-cases.use-case.deleted";
const PUBLISHED: &str = "published";

/// What is told of a use case. What is absent stays as it was.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: Uuid,
    author_id: Uuid,
    organization_id: Option<Uuid>,
    status: String,
    title: Option<String>,
    industry: Option<String>,
    technology: Option<Vec<String>>,
    city: Option<String>,
    tags: Option<Vec<String>>,
    excerpt: Option<String>,
    text: Option<String>,
    created_at: Option<Timestamp>,
    published_at: Option<Timestamp>,
}

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature.on_events(&TOPICS, told)
}

async fn told(ctx: &Ctx, event: Delivery) -> Heard {
    let told: Told = event.read()?;
    let (old, _) = load(ctx, told.id, told.id).await?;
    let dialect = ctx.sql().dialect();
    let batch = if event.topic != DELETED && told.status == PUBLISHED {
        told.entry(old, &event).keep(Batch::new(), dialect)
    } else if old.is_some() {
        bury(Batch::new(), dialect, told.id, Below::Nothing)
    } else {
        return Ok(());
    };
    batch.commit(ctx).await?;
    Ok(())
}

impl Told {
    fn entry(self, old: Option<Entry>, event: &Delivery) -> Entry {
        let new = || Entry::new(self.id, Kind::UseCase, self.author_id, event.committed_at);
        let mut entry = old.unwrap_or_else(new);
        entry.gone = false;
        entry.organization_id = self.organization_id;
        entry.created_at = self.published_at.or(self.created_at).unwrap_or(entry.created_at);
        let set = |field: &mut String, given: Option<String>| {
            *field = given.unwrap_or_else(|| std::mem::take(field))
        };
        set(&mut entry.title, self.title);
        set(&mut entry.industry, self.industry.map(|industry| label(&industry)));
        set(&mut entry.city, self.city.map(|city| label(&city)));
        set(&mut entry.tags, self.tags.map(|tags| labels(&tags)));
        set(&mut entry.technologies, self.technology.map(|technology| labels(&technology)));
        if let Some(text) = self.text.or(self.excerpt.filter(|_| entry.body.is_empty())) {
            entry.set_body(&text);
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Uuid;
    use serde_json::json;

    use crate::fixture::{Found, Index};

    fn found(index: &Index, query: &str) -> usize {
        let answer = index.search(&format!("/search/use-cases?q={query}"));
        assert_eq!(answer.status, 200, "{query}");
        answer.json()["items"].as_array().unwrap().len()
    }

    fn published(index: &Index) -> Uuid {
        let id = index.host.new_id();
        index.tell("use-cases.use-case.published", id, &json!({ "status": "published", "from": "draft",
            "title": "Predictive maintenance of conveyors", "text": "Bearings fail on Fridays.", "industry": "Oil & Gas",
            "technology": ["IoT", "Machine Learning"], "city": "الرياض", "tags": ["Downtime"] }));
        id
    }

    #[test]
    fn a_draft_is_not_found_and_a_published_one_is() {
        let index = Index::new();
        let draft = index.host.new_id();
        index.tell(
            "use-cases.use-case.updated",
            draft,
            &json!({ "status": "draft", "title": "Secret conveyors" }),
        );
        assert_eq!(found(&index, "conveyors"), 0);
        let id = published(&index);
        assert_eq!(index.found("conveyor bearings"), [Found { id, kind: "useCase" }]);
    }

    #[test]
    fn it_goes_when_it_is_archived_and_comes_back_when_it_is_published() {
        let index = Index::new();
        let id = published(&index);
        for (topic, status, wanted) in [
            ("use-cases.use-case.archived", "archived", 0),
            ("use-cases.use-case.retold", "archived", 0),
            ("use-cases.use-case.published", "published", 1),
            ("use-cases.use-case.updated", "published", 1),
            ("use-cases.use-case.deleted", "published", 0),
        ] {
            index.tell(topic, id, &json!({ "status": status, "title": "Predictive conveyors" }));
            assert_eq!(found(&index, "conveyors"), wanted, "{topic}");
        }
    }

    #[test]
    fn every_filter_narrows() {
        let index = Index::new();
        published(&index);
        for (filter, wanted) in [
            ("industry=oil-gas", 1),
            ("industry=OIL+%26+gas", 1),
            ("industry=water", 0),
            ("industry=water&industry=Oil%20Gas", 1),
            ("technology=machine+learning", 1),
            ("technology=machine", 0),
            ("city=%D8%A7%D9%84%D8%B1%D9%8A%D8%A7%D8%B6", 1),
            ("city=jeddah", 0),
            ("tag=downtime", 1),
            ("tag=%25", 0),
            ("category=general", 0),
            ("answered=true", 0),
            ("from=2020-01-01", 1),
            ("from=2100-01-01", 0),
            ("to=2100-01-01T00:00:00Z", 1),
            ("to=2020-01-01", 0),
        ] {
            assert_eq!(found(&index, &format!("conveyors&{filter}")), wanted, "{filter}");
        }
    }
}
