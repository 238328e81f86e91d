//! What two people write to each other, again and again, until the server is gone: each step is one that others hear of.

use p2p_test_support::people::{Person, topic};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::Cast;
use crate::moment::Bell;

/// One of several that write at the same time.
pub struct Lane {
    cast: Cast,
    url: String,
    word: &'static str,
    name: String,
    bell: Bell,
    kept: Vec<String>,
}

impl Lane {
    /// At this server; everything it writes has this word in it.
    pub fn new(cast: Cast, url: &str, word: &'static str, lane: usize, bell: Bell) -> Self {
        Self { cast, url: url.to_owned(), word, name: format!("lane {lane}"), bell, kept: Vec::new() }
    }

    /// Plays until nobody answers; what was acknowledged, in the words of `Truth::facts`.
    pub async fn write(mut self) -> Vec<String> {
        let mut scene = 0;
        while self.play(scene).await.is_some() {
            scene += 1;
        }
        self.kept
    }

    /// None: the server is gone.
    async fn play(&mut self, scene: u32) -> Option<()> {
        let Cast { sara, omar } = self.cast.clone();
        let text = format!("The {} of scene {scene} in {}", self.word, self.name);
        let mut opening = topic(&text);
        opening["content"] = json!(format!("{text}: who has seen it?"));
        let content = json!({ "content": text });
        let topic = self.say("topic", &sara, "/forums/topics", &opening).await?;
        let post = self.say("post", &omar, &format!("/forums/topics/{topic}/posts"), &content).await?;
        let replies = format!("/forums/posts/{post}/reply");
        let reply = self.say("reply", &sara, &replies, &content).await?;
        let answering = json!({ "content": text, "parentReplyId": reply });
        let answer = self.say("reply", &omar, &replies, &answering).await?;
        self.ask(Method::PATCH, &sara, &format!("/forums/replies/{answer}/best"), format!("best {answer}"))
            .await?;
        let case = self.say("case", &omar, "/use-cases", &case(&text)).await?;
        let published = omar.try_post(&format!("/use-cases/{case}/publish"), &json!({})).await?;
        published.expect(200);
        self.keep(format!("published {case}"));
        let message = json!({ "receiverId": sara.profile["user"]["id"], "content": text });
        let message = self.say("message", &omar, "/messages", &message).await?;
        if scene % 2 == 1 {
            // With all that came before it, whoever sent it.
            let path = format!("/messages/{message}/read");
            self.ask(Method::PATCH, &sara, &path, format!("read {message}")).await?;
        }
        let opened = sara.try_post("/forums/topics", &opening).await?.expect(201).json;
        let regretted = opened["id"].as_str().unwrap();
        let path = format!("/forums/topics/{regretted}");
        self.ask(Method::DELETE, &sara, &path, format!("no topic {regretted}")).await
    }

    /// The id of what was written.
    async fn say(&mut self, what: &str, who: &Person, path: &str, body: &Value) -> Option<String> {
        let written = who.try_post(path, body).await?.expect(201).json;
        let id = written["id"].as_str().unwrap().to_owned();
        self.keep(format!("{what} {id}"));
        Some(id)
    }

    async fn ask(&mut self, method: Method, who: &Person, path: &str, fact: String) -> Option<()> {
        let bearer = format!("Bearer {}", who.token.as_deref().unwrap());
        let request = Client::new().request(method, format!("{}/api/v1{path}", self.url));
        let request = request.header("host", "localhost").header("authorization", bearer);
        let answer = request.header("st-auth-mode", "header").send().await.ok()?;
        assert!(answer.status().is_success(), "{path} {}", answer.status());
        self.keep(fact);
        Some(())
    }

    fn keep(&mut self, fact: String) {
        self.kept.push(fact);
        let _ = self.bell.send(());
    }
}

/// What can be published.
fn case(title: &str) -> Value {
    json!({
        "title": title, "industry": "Manufacturing", "technology": ["IoT"],
        "problemStatement": format!("{title} was lost."), "solution": "It was found again.",
        "outcomes": { "costSavings": "20%" },
        "location": { "city": "Riyadh", "coordinates": [24.7136, 46.6753] },
    })
}
