//! What the feature tells of itself: one shape for every event, so that who listens finds the same name everywhere. An
//! event's key is its topic's id, so that what happens in one topic is heard in its order.

use p2p_sdk::host::Event;
use p2p_sdk::{Ctx, Problem, Timestamp, Uuid};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::below::Share;
use crate::mentions;
use crate::topics::Visibility;

/// Bytes of plain text that go along; a payload may have 64 KiB.
const TEXT_MAX: usize = 20_000;

/// What an event says. `id` is of the thing it is about, `organizationId` its author's; what does not apply is left out.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told<'a> {
    pub id: Uuid,
    pub topic_id: Uuid,
    pub author_id: Uuid,
    pub organization_id: Option<Uuid>,
    pub visibility: Visibility,
    /// Whose organization sees the topic, when not everybody does.
    pub topic_organization_id: Option<Uuid>,
    /// The topic's.
    pub title: &'a str,
    /// Who did it, when that may be somebody else than the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<&'a str>,
    /// How the content begins, without markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_id: Option<Uuid>,
    /// Who opened the topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_author_id: Option<Uuid>,
    /// Who wrote the post that is replied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_author_id: Option<Uuid>,
    /// Who wrote the reply that is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_author_id: Option<Uuid>,
    /// People named in it.
    #[serde(skip_serializing_if = "<[Uuid]>::is_empty")]
    pub mentions: &'a [Uuid],
    /// What else went with it, and whose it was.
    #[serde(skip_serializing_if = "<[Share]>::is_empty")]
    pub gone: &'a [Share],
    // What was switched on or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookmarked: Option<bool>,
    /// It answers its topic, as the one who opened that chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<bool>,
    /// How many did so by now; when it is told again, how many like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

impl Told<'_> {
    /// The event of this name.
    pub fn event(&self, name: &str) -> Event {
        Event::new(name, self.topic_id, self)
    }
}

/// How these texts begin, without markup.
pub async fn plain(ctx: &Ctx, contents: &[String]) -> Vec<String> {
    let most = u32::try_from(TEXT_MAX).unwrap_or(u32::MAX);
    let mut texts = ctx.text().excerpt(contents, most).await;
    for text in &mut texts {
        text.truncate(text.floor_char_boundary(TEXT_MAX));
    }
    texts
}

/// What a text says, for those who index or announce it.
#[derive(Debug, Default)]
pub struct Words {
    /// How it begins, without markup.
    pub text: String,
    /// People named in it.
    pub mentions: Vec<Uuid>,
}

impl Words {
    /// Asks the host. `within` is the organization that alone may read the text.
    pub async fn of(ctx: &Ctx, within: Option<Uuid>, content: &str) -> Result<Self, Problem> {
        let mentions = mentions::find(ctx, ctx.actor()?, within, content).await?;
        let text = plain(ctx, &[content.to_owned()]).await.pop().unwrap_or_default();
        Ok(Self { text, mentions })
    }

    /// The same event, saying this.
    pub fn told<'a>(&'a self, told: Told<'a>) -> Told<'a> {
        Told { text: Some(&self.text), mentions: &self.mentions, ..told }
    }
}
