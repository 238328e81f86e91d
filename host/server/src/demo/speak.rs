//! Says what is written down through the routes of the forums, each as whoever says it. What is there already is not said
//! again, and what somebody changed since stays as it is.

use std::collections::{HashMap, VecDeque};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::people::Crowd;
use super::talk::{Said, Topic};
use super::visitor::Visitor;

/// Holds every conversation that was not held yet, and goes on with those that were broken off.
pub async fn speak(crowd: &Crowd<'_>, topics: &[Topic]) -> Result<()> {
    let mut own: HashMap<&str, Value> = HashMap::new();
    for (name, visitor) in crowd {
        let list = visitor.expect("GET", "/forums/topics?mine=true&limit=100", &Value::Null, 200).await?;
        own.insert(name, list);
    }
    for topic in topics {
        let known = own.get(topic.by.as_str()).map(items).unwrap_or_default();
        let known = known.iter().find(|known| text(known, "title") == Some(&topic.title));
        hold(crowd, topic, known).await.with_context(|| topic.title.clone())?;
    }
    Ok(())
}

async fn hold(crowd: &Crowd<'_>, topic: &Topic, known: Option<&Value>) -> Result<()> {
    let author = whoever(crowd, &topic.by)?;
    let (id, written) = match known {
        None => (open(author, topic).await?, HashMap::new()),
        Some(known) if is_over(known, topic) => return Ok(()),
        Some(known) => {
            let id = id(known)?;
            let written = written(author, &id).await?;
            (id, written)
        }
    };
    let conversation = Conversation { crowd, author, written };
    conversation.reply(&id, &topic.replies).await?;
    for post in &topic.posts {
        conversation.post(&id, post).await?;
    }
    match known {
        None => conversation.end(&id, topic).await,
        Some(_) => Ok(()),
    }
}

async fn open(author: &Visitor<'_>, topic: &Topic) -> Result<String> {
    let Topic { title, content, category, tags, within, .. } = topic;
    let visibility = if *within { "organization" } else { "network" };
    let new = json!({
        "title": title, "content": content, "category": category, "tags": tags, "visibility": visibility,
    });
    id(&author.expect("POST", "/forums/topics", &new, 201).await?)
}

/// Whether nothing is to be added: all of it is there, or somebody locked it.
fn is_over(known: &Value, topic: &Topic) -> bool {
    let replies = known.get("replyCount").and_then(Value::as_u64).unwrap_or_default();
    text(known, "status") != Some("open") || replies >= topic.said().len() as u64
}

/// The ids of what was said in a topic, by its words. Of a post the first ten replies come with it, and it has no more.
async fn written(author: &Visitor<'_>, topic: &str) -> Result<HashMap<String, String>> {
    let path = format!("/forums/topics/{topic}/posts?limit=100");
    let page = author.expect("GET", &path, &Value::Null, 200).await?;
    let posts = items(&page).iter();
    let replies = posts.clone().filter_map(|post| post.get("replies")?.as_array()).flatten();
    let words = |said: &Value| Some((text(said, "content")?.to_owned(), text(said, "id")?.to_owned()));
    Ok(replies.chain(posts).filter_map(words).collect())
}

/// One topic, and what was said in it before.
struct Conversation<'a> {
    crowd: &'a Crowd<'a>,
    author: &'a Visitor<'a>,
    written: HashMap<String, String>,
}

impl Conversation<'_> {
    async fn post(&self, topic: &str, post: &Said) -> Result<()> {
        let (id, is_new) = self.say(&format!("/forums/topics/{topic}/posts"), post, None).await?;
        if is_new {
            self.like(&format!("/forums/posts/{id}"), &post.likes).await?;
        }
        self.reply(&id, &post.replies).await
    }

    /// All replies to a post, those to replies after what they answer.
    async fn reply(&self, post: &str, replies: &[Said]) -> Result<()> {
        let path = format!("/forums/posts/{post}/reply");
        let mut waiting: VecDeque<(Option<String>, &Said)> =
            replies.iter().map(|reply| (None, reply)).collect();
        while let Some((parent, reply)) = waiting.pop_front() {
            let (id, is_new) = self.say(&path, reply, parent.as_deref()).await?;
            if is_new {
                self.like(&format!("/forums/replies/{id}"), &reply.likes).await?;
            }
            if is_new && reply.best {
                let path = format!("/forums/replies/{id}/best");
                self.author.expect("PATCH", &path, &json!({"best": true}), 200).await?;
            }
            waiting.extend(reply.replies.iter().map(|next| (Some(id.clone()), next)));
        }
        Ok(())
    }

    /// Its id, and whether it was not there before.
    async fn say(&self, path: &str, said: &Said, parent: Option<&str>) -> Result<(String, bool)> {
        if let Some(id) = self.written.get(&said.content) {
            return Ok((id.clone(), false));
        }
        let new = json!({"content": said.content, "parentReplyId": parent});
        let answer = whoever(self.crowd, &said.by)?.expect("POST", path, &new, 201).await?;
        Ok((id(&answer)?, true))
    }

    async fn like(&self, path: &str, names: &[String]) -> Result<()> {
        for name in names {
            let visitor = whoever(self.crowd, name)?;
            visitor.expect("POST", &format!("{path}/like"), &json!({"liked": true}), 200).await?;
        }
        Ok(())
    }

    /// What is done to a topic once it is whole.
    async fn end(&self, id: &str, topic: &Topic) -> Result<()> {
        self.like(&format!("/forums/posts/{id}"), &topic.likes).await?;
        let path = format!("/forums/topics/{id}");
        for name in &topic.bookmarks {
            let (visitor, kept) = (whoever(self.crowd, name)?, json!({"bookmarked": true}));
            visitor.expect("POST", &format!("{path}/bookmark"), &kept, 200).await?;
        }
        for name in topic.people() {
            whoever(self.crowd, name)?.expect("GET", &path, &Value::Null, 200).await?;
        }
        for (is_wanted, what) in [(topic.pinned, "pin"), (topic.locked, "lock")] {
            if is_wanted {
                let on = json!({"pinned": true, "locked": true});
                self.author.expect("POST", &format!("{path}/{what}"), &on, 200).await?;
            }
        }
        Ok(())
    }
}

fn whoever<'a>(crowd: &'a Crowd<'a>, name: &str) -> Result<&'a Visitor<'a>> {
    crowd.get(name).with_context(|| format!("{name} is not here"))
}

fn items(page: &Value) -> &[Value] {
    page.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

fn id(value: &Value) -> Result<String> {
    text(value, "id").map(str::to_owned).context("an answer without an id")
}
