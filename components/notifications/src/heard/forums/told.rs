//! What forums tell of a topic, a post or a reply, and whom it concerns. Tells nobody itself.

use p2p_sdk::Uuid;
use serde::Deserialize;

use crate::announce::{Reason, Thing};
use crate::kind::Kind;

/// What is told of a topic, a post or a reply.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    pub id: Uuid,
    pub topic_id: Uuid,
    pub author_id: Uuid,
    visibility: String,
    topic_organization_id: Option<Uuid>,
    title: String,
    #[serde(default)]
    text: String,
    post_id: Option<Uuid>,
    pub actor_id: Option<Uuid>,
    pub topic_author_id: Option<Uuid>,
    post_author_id: Option<Uuid>,
    parent_author_id: Option<Uuid>,
    #[serde(default)]
    mentions: Vec<Uuid>,
    pub liked: Option<bool>,
}

impl Told {
    /// The organization that alone may see it. A topic of nobody's organization is seen by nobody.
    fn within(&self) -> Option<Uuid> {
        let is_inner = self.visibility != "network";
        is_inner.then(|| self.topic_organization_id.unwrap_or(Uuid::NIL))
    }

    /// topic, post or reply. The first post of a topic is the topic itself.
    pub fn entity_type(&self) -> &'static str {
        match self.post_id {
            _ if self.id == self.topic_id => "topic",
            Some(post) if post != self.id => "reply",
            _ => "post",
        }
    }

    /// By whoever did it.
    pub fn thing(&self, actor: Option<Uuid>) -> Thing<'_> {
        Thing {
            entity_type: self.entity_type(),
            entity_id: self.id,
            parent_id: self.post_id.filter(|post| *post != self.id),
            container_id: Some(self.topic_id),
            actor,
            within: self.within(),
            subject: &self.title,
            text: &self.text,
        }
    }

    /// Who is named in it.
    pub fn named(&self) -> Vec<Reason> {
        let named = |user: &Uuid| Reason { user: *user, kind: Kind::Mention, about: "" };
        self.mentions.iter().map(named).collect()
    }

    /// Who is answered: the nearest thing counts.
    pub fn answered(&self) -> impl Iterator<Item = Reason> {
        let post = if self.post_id == Some(self.topic_id) { "topic" } else { "post" };
        let answered =
            [(self.parent_author_id, "reply"), (self.post_author_id, post), (self.topic_author_id, "topic")];
        answered
            .into_iter()
            .filter_map(|(user, about)| Some(Reason { user: user?, kind: Kind::Reply, about }))
    }
}
