//! Whether lists stay as quick when there is a hundred times more to choose from: each list of the real server over little
//! and over much, by turns.

use anyhow::Result;

use super::pair::Pair;
use super::size::Size;
use crate::data::Ground;
use crate::effort::Effort;
use crate::numbers::{median, median_ratio};
use crate::process;
use crate::servers::Server;
use crate::wrk::{self, Kind, Load};

/// Few enough that a request does not wait for others: what is asked is how long the list takes.
pub const CONNECTIONS: u32 = 2;
/// Items of a page.
pub const PAGE: usize = 20;
/// What a list counts to.
const COUNTED: u32 = 10_000;

/// A list.
#[derive(Debug)]
pub struct List {
    pub name: &'static str,
    pub path: &'static str,
    /// How many there are to choose from; none: questions differ.
    of: fn(Size) -> Option<u32>,
}

/// What the 95th percentile of a list is, milliseconds, over little and over much.
#[derive(Debug)]
pub struct Listed {
    pub name: &'static str,
    pub few: u32,
    pub many: u32,
    pub few_ms: f64,
    pub many_ms: f64,
    pub ratio: f64,
    /// Whether it may take longer over much: who asks a question has more to be told.
    pub is_question: bool,
}

/// Every list that people look at.
pub const LISTS: [List; 7] = [
    List { name: "use cases", path: "/use-cases?limit=20", of: |size| Some(size.unit) },
    // One in ten is an organization's own.
    List { name: "topics", path: "/forums/topics?limit=20", of: |size| Some(size.unit * 9 / 10) },
    List {
        name: "posts of a topic",
        path: "/forums/topics/:busy/posts?limit=20",
        of: |size| Some(size.unit + 1),
    },
    List { name: "conversations", path: "/messages?limit=20", of: |size| Some(size.people - 1) },
    List {
        name: "messages of a conversation",
        path: "/messages/:partner?limit=20",
        of: |size| Some(size.unit),
    },
    List { name: "notifications", path: "/notifications?limit=20", of: |size| Some(size.unit) },
    List { name: "search, mixed questions", path: "/search?limit=20&q=:id", of: |_| None },
];

impl List {
    /// How many the list counts at least, where it can be counted.
    pub fn least(&self, size: Size) -> Option<u32> {
        (self.of)(size).map(|of| of.min(COUNTED))
    }

    fn choice(&self, size: Size) -> u32 {
        (self.of)(size).unwrap_or(size.documents())
    }
}

/// Measures every list.
pub async fn measure(effort: &Effort, ground: &Ground, pair: &Pair) -> Result<Vec<Listed>> {
    let mut found = Vec::new();
    for list in &LISTS {
        println!("{}", list.name);
        let load = Load { kind: Kind::Page, path: list.path, connections: CONNECTIONS, time: effort.load };
        for server in [&pair.few, &pair.many] {
            wrk::attempt(server, ground, &Load { time: effort.warm_up, ..load }).await?;
        }
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            few.push(p95(&pair.few, ground, &load).await?);
            many.push(p95(&pair.many, ground, &load).await?);
        }
        let ratio = median_ratio(many.clone(), few.clone());
        let (few_ms, many_ms) = (median(few), median(many));
        println!("  {ratio:.2} × its p95 ({few_ms:.1} → {many_ms:.1} ms)");
        let (of_few, of_many) = (list.choice(pair.sizes.0), list.choice(pair.sizes.1));
        let is_question = (list.of)(pair.sizes.0).is_none();
        found.push(Listed {
            name: list.name,
            few: of_few,
            many: of_many,
            few_ms,
            many_ms,
            ratio,
            is_question,
        });
    }
    Ok(found)
}

async fn p95(server: &Server, ground: &Ground, load: &Load) -> Result<f64> {
    process::rest(server.pid).await?;
    Ok(wrk::run(server, ground, load).await?.p95_ms())
}
