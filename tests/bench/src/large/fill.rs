//! Makes a data set through the components' own routes, on a clock that runs ahead, and lets search and notifications hear
//! of it, so that rows, documents and index entries are those of the product whatever its tables become. What counts things
//! up hears nothing: no list that is measured is made of it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use p2p_context::{Actor, Clock as _, FeatureName, FixedClock, SystemClock};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, OutboxEvent, Synchronous};
use serde_json::{Value, json};
use uuid::Uuid;

use super::each::each;
use super::house::House;
use super::notes::Notes;
use super::size::Size;
use super::tell::{tell, tell_all};
use super::words::{Dice, Tongue, post, written};
use crate::generate::{CATEGORIES, TAGS, id};
use crate::places::Places;

/// Between two calls.
const MOMENT: Duration = Duration::from_secs(1);
/// One topic in so many is its organization's alone.
const INNER: u32 = 10;
const CITIES: [(&str, f64, f64); 4] =
    [("Riyadh", 24.7, 46.7), ("جدة", 21.5, 39.2), ("Dammam", 26.4, 50.1), ("أبها", 18.2, 42.5)];

/// Whoever fills.
struct Filling {
    house: Arc<House>,
    clock: Arc<FixedClock>,
    size: Size,
    people: Vec<Actor>,
}

/// Makes it in a folder that is not there yet.
pub async fn fill(places: &Places, folder: &Path, size: Size) -> Result<()> {
    let begun = Instant::now();
    fs::create_dir_all(folder)?;
    let clock = Arc::new(FixedClock::at(SystemClock.now().minus(MOMENT * (size.moments() + 60))));
    let mut config = EmbeddedConfig::new([0; 32], clock.clone());
    // It can be made again: no disk is waited for.
    config.synchronous = Synchronous::Normal;
    let stores = Arc::new(EmbeddedStores::new(folder.join("data"), config));
    let house = Arc::new(House::open(places, stores, clock.clone()).await?);
    let filling = Arc::new(Filling { people: sign_up(&house, &clock, size).await?, house, clock, size });
    let cases = filling.all(0..size.unit, Filling::use_case);
    let (cases, forums, messages) = tokio::join!(cases, filling.forums(), filling.messages());
    cases?;
    messages?;
    let (topics, told) = forums?;
    let told = told + filling.told("use-cases", |_, name| name.as_str() == "search").await?;
    tell_all(&filling.house, |_, _| false).await?;
    if told != size.documents() as usize {
        bail!("search heard of {told} things, not of {}", size.documents());
    }
    let busy = *topics.first().context("no topic")?;
    let topics = topics.into_iter().enumerate().skip(1).filter(|(at, _)| !is_inner(*at as u32));
    let topics = Notes::some(topics.map(|(_, topic)| topic));
    let partner = filling.person(1)?.user_id;
    let seconds = begun.elapsed().as_secs();
    Notes { busy, partner, topics, documents: told, seconds }.keep(folder)
}

/// Everybody, each with an organization; one after the other, as passwords are hashed.
async fn sign_up(house: &Arc<House>, clock: &FixedClock, size: Size) -> Result<Vec<Actor>> {
    let mut people = Vec::new();
    for number in 0..size.people {
        clock.advance(MOMENT);
        people.push(house.sign_up(number).await?);
    }
    tell(house, &FeatureName::new("accounts")?, |_, name| name.as_str() == "search").await?;
    house.runtime.forget_directory(&house.tenant);
    Ok(people)
}

const fn is_inner(topic: u32) -> bool {
    topic % INNER == INNER - 1
}

impl Filling {
    /// What each number brings about, all through the same method.
    async fn all<T, F>(
        self: &Arc<Self>,
        numbers: std::ops::Range<u32>,
        work: impl Fn(Arc<Self>, u32) -> F,
    ) -> Result<Vec<T>>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        each(numbers, |number| {
            self.clock.advance(MOMENT);
            work(Arc::clone(self), number)
        })
        .await
    }

    /// Lets features hear what another told; answers how many events anybody was to hear.
    async fn told(
        &self,
        producer: &str,
        wanted: impl Fn(&OutboxEvent, &FeatureName) -> bool,
    ) -> Result<usize> {
        tell(&self.house, &FeatureName::new(producer)?, wanted).await
    }

    fn person(&self, number: u32) -> Result<&Actor> {
        self.people.get((number % self.size.people) as usize).context("nobody there")
    }

    async fn post(&self, by: u32, path: &str, body: &Value) -> Result<Uuid> {
        id(&self.house.ask(Some(self.person(by)?), path, Some(body)).await?)
    }

    async fn use_case(self: Arc<Self>, number: u32) -> Result<()> {
        let case = self.post(number * 7, "/use-cases", &new_use_case(number)).await?;
        let path = format!("/use-cases/{case}/publish");
        self.post(number * 7, &path, &json!({})).await?;
        Ok(())
    }

    /// Topics, posts and replies; answers the topics, the busy one first, and how many things search heard of.
    async fn forums(self: &Arc<Self>) -> Result<(Vec<Uuid>, usize)> {
        let Size { unit, posts, replies, .. } = self.size;
        let topics = Arc::new(self.all(0..unit, Self::topic).await?);
        // The people who are told of a post are those of its topic: of one topic is enough, and as much as of all.
        let busy = topics.first().context("no topic")?.to_string();
        let tells = |event: &OutboxEvent, name: &FeatureName| match name.as_str() {
            "search" => true,
            "notifications" => event.event.key == busy && event.event.topic == "forums.post.created",
            _ => false,
        };
        let mut told = self.told("forums", tells).await?;
        println!("  {unit} topics");
        let made = self.all(0..posts, |filling, number| {
            let topics = Arc::clone(&topics);
            async move { filling.post_in(&topics, number).await }
        });
        let made = Arc::new(made.await?);
        told += self.told("forums", tells).await?;
        println!("  {posts} posts");
        let answered = self.all(0..replies, |filling, number| {
            let posts = Arc::clone(&made);
            async move { filling.reply_to(&posts, number).await }
        });
        answered.await?;
        told += self.told("forums", tells).await?;
        println!("  {replies} replies");
        Ok((Arc::unwrap_or_clone(topics), told))
    }

    async fn topic(self: Arc<Self>, number: u32) -> Result<Uuid> {
        // The first is the caller's: a look of the author's own is not counted.
        self.post(number * 7, "/forums/topics", &new_topic(number)).await
    }

    async fn post_in(&self, topics: &[Uuid], number: u32) -> Result<Uuid> {
        let mut dice = Dice::of("post in", number);
        let at = if number < self.size.unit { 0 } else { 1 + dice.below(self.size.unit - 1) };
        let at = if is_inner(at) { at - 1 } else { at };
        let topic = topics.get(at as usize).context("no such topic")?;
        let by = 1 + dice.below(self.size.people - 1);
        self.post(by, &format!("/forums/topics/{topic}/posts"), &json!({ "content": post(number) })).await
    }

    async fn reply_to(&self, posts: &[Uuid], number: u32) -> Result<Uuid> {
        let post = posts.get(number as usize).context("no such post")?;
        self.post(
            number * 13,
            &format!("/forums/posts/{post}/reply"),
            &json!({ "content": written("reply", number, 12) }),
        )
        .await
    }

    /// Messages; notifications hear of the caller's.
    async fn messages(self: &Arc<Self>) -> Result<()> {
        self.all(0..self.size.messages, Self::message).await?;
        let caller = format!("\"receiverId\":\"{}\"", self.person(0)?.user_id);
        let tells = |event: &OutboxEvent, name: &FeatureName| {
            let payload = String::from_utf8_lossy(&event.event.payload);
            name.as_str() == "notifications" && payload.contains(&caller)
        };
        self.told("messaging", tells).await?;
        println!("  {} messages", self.size.messages);
        Ok(())
    }

    /// First those of the longest conversation, then one from everybody to the caller, then anybody's to anybody.
    async fn message(self: Arc<Self>, number: u32) -> Result<()> {
        let Size { unit, people, .. } = self.size;
        let mut dice = Dice::of("message to", number);
        let (by, to) = match number {
            _ if number < unit => (number % 2, 1 - number % 2),
            _ if number < unit + people - 1 => (number - unit + 1, 0),
            _ => {
                let by = dice.below(people);
                (by, by + 1 + dice.below(people - 1))
            }
        };
        let content = written("message", number, 10);
        let body = json!({ "receiverId": self.person(to)?.user_id, "content": content });
        self.post(by, "/messages", &body).await?;
        Ok(())
    }
}

fn pick<T: Copy + Default>(from: &[T], dice: &mut Dice) -> T {
    from.get(dice.below(from.len() as u32) as usize).copied().unwrap_or_default()
}

fn new_topic(number: u32) -> Value {
    let mut dice = Dice::of("topic", number);
    let tongue = dice.tongue();
    json!({
        "title": dice.text(tongue, 6), "content": dice.text(tongue, 50), "category": pick(&CATEGORIES, &mut dice),
        "tags": [pick(&TAGS, &mut dice)], "visibility": if is_inner(number) { "organization" } else { "network" },
    })
}

fn new_use_case(number: u32) -> Value {
    let mut dice = Dice::of("use case", number);
    let tongue = dice.tongue();
    let (city, latitude, longitude) = pick(&CITIES, &mut dice);
    let place = |dice: &mut Dice, near: f64| near + f64::from(dice.below(1_000)) / 1e3;
    json!({
        "title": dice.text(tongue, 6), "industry": dice.word(Tongue::English), "technology": [dice.word(Tongue::English)],
        "problemStatement": dice.text(tongue, 30), "solution": dice.text(tongue, 30),
        "outcomes": { "costSavings": "20%", "efficiencyGain": "30%", "roiTimeline": "6 months" },
        "vendorInfo": { "name": "Sahm", "contact": "sales@sahm.example" },
        "location": { "city": city, "coordinates": [place(&mut dice, latitude), place(&mut dice, longitude)] },
        "tags": [pick(&TAGS, &mut dice)],
    })
}
