//! The real server over little and over much, both running, each over a copy of its data set, and believed to show what was
//! put there before anybody is measured.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::kept;
use super::lists::{LISTS, PAGE};
use super::notes::Notes;
use super::questions;
use super::size::Size;
use crate::data::{self, Ground};
use crate::known::Known;
use crate::places::Places;
use crate::servers::{Server, Side};
use crate::stand::Stand;

/// See the module.
#[derive(Debug)]
pub struct Pair {
    pub few: Server,
    pub many: Server,
    pub sizes: (Size, Size),
    /// Their data, which goes at the end: it is large.
    copies: Vec<PathBuf>,
}

impl Pair {
    /// Makes what is not there yet, and starts both.
    pub async fn start(places: &Places, ground: &Ground, sizes: (Size, Size)) -> Result<Self> {
        let few = start(places, ground, "few", sizes.0).await?;
        let many = start(places, ground, "many", sizes.1).await?;
        let copies = [few.1.data(&ground.run), many.1.data(&ground.run)].into();
        Ok(Self { few: few.0, many: many.0, sizes, copies })
    }

    /// Asks both to stop, and removes the copies.
    pub async fn stop(self) -> Result<()> {
        self.few.stop().await?;
        self.many.stop().await?;
        for copy in self.copies {
            fs::remove_dir_all(copy)?;
        }
        Ok(())
    }
}

async fn start(places: &Places, ground: &Ground, name: &str, size: Size) -> Result<(Server, Stand)> {
    let kept = kept::dataset(places, size).await?;
    let notes = Notes::read(&kept)?;
    let stand = Stand::new(name, None);
    data::copy(&kept.join("data"), &stand.data(&ground.run))?;
    println!("starting the server over {} search documents, made in {} s", notes.documents, notes.seconds);
    let mut server = Server::start(Side::Component, places, ground, &stand).await?;
    server.known = known(ground, name, &server, &notes).await?;
    check(&server, size).await?;
    Ok((server, stand))
}

async fn known(ground: &Ground, name: &str, server: &Server, notes: &Notes) -> Result<Known> {
    let topics = ground.run.join(format!("{name}.ids"));
    let ids: Vec<_> = notes.topics.iter().map(ToString::to_string).collect();
    fs::write(&topics, ids.join("\n"))?;
    Ok(Known {
        busy: notes.busy.to_string(),
        partner: notes.partner.to_string(),
        questions: questions::write_mixed(&ground.run)?,
        posts: topics.clone(),
        topics,
        ..Known::signed_in(server).await?
    })
}

/// A figure for a page that is not full, or a list that lacks what was put there, would be worth nothing.
async fn check(server: &Server, size: Size) -> Result<()> {
    for list in &LISTS {
        let Some(least) = list.least(size) else { continue };
        let path = server.known.path(list.path);
        let text = server.known.get(server, &format!("{path}&count=true")).await?;
        let page: Value = serde_json::from_str(&text)?;
        let items = page.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        let total = page.get("total").and_then(Value::as_u64).with_context(|| format!("{path}: no total"))?;
        if items != PAGE || total < u64::from(least) {
            bail!("{path} shows {items} of {total}; there should be {PAGE} of {least} at least");
        }
    }
    questions::check(server).await
}
