//! Use cases: their author hears that somebody else published one, and who likes it.

use p2p_sdk::{Batch, Ctx, Delivery, Feature, Heard, Uuid};
use serde::Deserialize;

use super::likes::liking;
use crate::announce::{Reason, Thing, announce};
use crate::kind::Kind;
use crate::withdraw;

/// Subscribes.
pub fn hear(feature: Feature) -> Feature {
    feature
        .on_event("use-cases.use-case.published", published)
        .on_event("use-cases.use-case.liked", liked)
        .on_event("use-cases.use-case.archived", gone)
        .on_event("use-cases.use-case.deleted", gone)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UseCase {
    id: Uuid,
    author_id: Uuid,
    actor_id: Option<Uuid>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    excerpt: String,
    liked: Option<bool>,
}

impl UseCase {
    fn thing(&self) -> Thing<'_> {
        Thing {
            entity_type: "use-case",
            entity_id: self.id,
            parent_id: None,
            container_id: None,
            // Nothing is said of who did it when it was the author.
            actor: self.actor_id.or(Some(self.author_id)),
            within: None,
            subject: &self.title,
            text: &self.excerpt,
        }
    }
}

async fn published(ctx: &Ctx, event: Delivery) -> Heard {
    let case: UseCase = event.read()?;
    let reason = Reason { user: case.author_id, kind: Kind::UseCase, about: "use-case" };
    announce(ctx, &case.thing(), &[reason]).await
}

async fn liked(ctx: &Ctx, event: Delivery) -> Heard {
    let case: UseCase = event.read()?;
    liking(ctx, &case.thing(), case.author_id, "use-case", case.liked).await
}

async fn gone(ctx: &Ctx, event: Delivery) -> Heard {
    let case: UseCase = event.read()?;
    withdraw::thing(Batch::new(), case.id).commit(ctx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use p2p_sdk::{Actor, Uuid};
    use serde_json::{Value, json};

    use crate::fixture::Network;

    fn told(network: &Network, id: Uuid, actor: Option<&Actor>, more: &Value) -> Value {
        let mut payload = json!({
            "id": id, "authorId": network.huda.user_id, "organizationId": network.huda.organization_id,
            "title": "Drying dates with waste heat", "slug": "drying", "status": "published", "from": "draft",
        });
        if let Some(actor) = actor {
            payload["actorId"] = json!(actor.user_id);
        }
        for (name, value) in more.as_object().unwrap() {
            payload[name] = value.clone();
        }
        payload
    }

    fn like(network: &Network, id: Uuid, by: &Actor, liked: bool) {
        let payload = told(network, id, Some(by), &json!({ "liked": liked, "count": 1 }));
        network.hear("use-cases.use-case.liked", &payload);
    }

    #[test]
    fn the_author_hears_that_somebody_else_published_it() {
        let network = Network::new();
        let topic = "use-cases.use-case.published";
        network.hear(topic, &told(&network, network.host.new_id(), None, &json!({})));
        network.hear(topic, &told(&network, network.host.new_id(), Some(&network.huda), &json!({})));
        assert_eq!(network.told(&network.huda).len(), 0);
        let id = network.host.new_id();
        network.hear(topic, &told(&network, id, Some(&network.omar), &json!({})));
        let one = &network.told(&network.huda)[0];
        assert_eq!(one["title"], "Omar Aziz published your use case “Drying dates with waste heat”");
        assert_eq!((&one["type"], &one["url"]), (&json!("useCase"), &json!(format!("/use-cases/{id}"))));
        assert_eq!(network.mailed(), [""; 0], "told in the bell only");
    }

    #[test]
    fn likes_are_told_as_one() {
        let network = Network::new();
        let id = network.host.new_id();
        like(&network, id, &network.huda, true);
        assert_eq!(network.told(&network.huda).len(), 0, "nobody hears of what they like themselves");
        like(&network, id, &network.omar, true);
        like(&network, id, &network.sara, true);
        let one = network.told(&network.huda);
        assert_eq!((one.len(), &one[0]["count"]), (1, &json!(2)));
        assert_eq!(
            one[0]["title"],
            "Sara Haddad and 1 other like your use case “Drying dates with waste heat”"
        );
        like(&network, id, &network.sara, false);
        let one = network.told(&network.huda);
        assert_eq!(one[0]["title"], "Somebody likes your use case “Drying dates with waste heat”");
        like(&network, id, &network.omar, false);
        assert_eq!(network.told(&network.huda).len(), 0);
        like(&network, id, &network.omar, true);
        assert_eq!(network.told(&network.huda)[0]["count"], 1);
        assert_eq!(network.mailed(), [""; 0]);
    }

    #[test]
    fn what_is_no_longer_there_is_not_told_of() {
        for topic in ["use-cases.use-case.archived", "use-cases.use-case.deleted"] {
            let network = Network::new();
            let id = network.host.new_id();
            like(&network, id, &network.omar, true);
            like(&network, network.host.new_id(), &network.omar, true);
            network.hear(topic, &told(&network, id, None, &json!({})));
            assert_eq!(network.unread(&network.huda), 1, "{topic}");
        }
    }
}
