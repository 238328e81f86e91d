//! What people talk about, as it is written down beside this file: a file per category. Says none of it.

use anyhow::{Context, Result};
use serde::Deserialize;

/// The slug of each category and its topics.
const FILES: [(&str, &str); 10] = [
    ("general", include_str!("talk/general.json")),
    ("questions", include_str!("talk/questions.json")),
    ("manufacturing", include_str!("talk/manufacturing.json")),
    ("automation", include_str!("talk/automation.json")),
    ("data-and-ai", include_str!("talk/data-and-ai.json")),
    ("quality", include_str!("talk/quality.json")),
    ("maintenance", include_str!("talk/maintenance.json")),
    ("supply-chain", include_str!("talk/supply-chain.json")),
    ("sustainability", include_str!("talk/sustainability.json")),
    ("announcements", include_str!("talk/announcements.json")),
];

/// A topic. People stand in it by their names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The name of its file.
    #[serde(skip)]
    pub category: &'static str,
    pub by: String,
    pub title: String,
    pub content: String,
    pub tags: Vec<String>,
    /// Only for the author's organization.
    #[serde(default)]
    pub within: bool,
    #[serde(default)]
    pub pinned: bool,
    #[serde(default)]
    pub locked: bool,
    #[serde(default)]
    pub likes: Vec<String>,
    #[serde(default)]
    pub bookmarks: Vec<String>,
    /// To the first post.
    #[serde(default)]
    pub replies: Vec<Said>,
    #[serde(default)]
    pub posts: Vec<Said>,
}

/// A post or a reply, and the replies to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub by: String,
    pub content: String,
    #[serde(default)]
    pub likes: Vec<String>,
    /// The answer of its topic; replies only.
    #[serde(default)]
    pub best: bool,
    #[serde(default)]
    pub replies: Vec<Said>,
}

/// Every topic, as far as people are here: what somebody absent said is left out, and so are the replies to it.
pub fn read(is_here: impl Fn(&str) -> bool) -> Result<Vec<Topic>> {
    let mut topics = Vec::new();
    for (category, text) in FILES {
        let found: Vec<Topic> = serde_json::from_str(text).with_context(|| category.to_owned())?;
        topics.extend(found.into_iter().map(|topic| Topic { category, ..topic }));
    }
    topics.retain(|topic| is_here(&topic.by));
    for topic in &mut topics {
        topic.likes.retain(|name| is_here(name));
        topic.bookmarks.retain(|name| is_here(name));
        keep(&mut topic.replies, &is_here);
        keep(&mut topic.posts, &is_here);
    }
    Ok(topics)
}

fn keep(said: &mut Vec<Said>, is_here: &impl Fn(&str) -> bool) {
    said.retain(|said| is_here(&said.by));
    for said in said {
        said.likes.retain(|name| is_here(name));
        keep(&mut said.replies, is_here);
    }
}

impl Topic {
    /// Everything under it, the posts first.
    pub fn said(&self) -> Vec<&Said> {
        let mut said: Vec<&Said> = self.posts.iter().chain(&self.replies).collect();
        let mut seen = 0;
        while let Some(next) = said.get(seen) {
            seen += 1;
            said.extend(&next.replies);
        }
        said
    }

    /// Whoever wrote, liked or kept something of it, each once and in order.
    pub fn people(&self) -> Vec<&str> {
        let said = self.said();
        let of_said = said.iter().flat_map(|said| said.likes.iter().chain([&said.by]));
        let mut people: Vec<&str> =
            self.likes.iter().chain(&self.bookmarks).chain(of_said).map(String::as_str).collect();
        people.sort_unstable();
        people.dedup();
        people
    }
}

#[cfg(test)]
mod tests;
