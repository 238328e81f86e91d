//! How long the dashboard takes when every use of a store takes long: what it asks for at the same time costs one wait, what
//! it asks for one after the other costs as many. The components in the real runtime of this process, over slow stores.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use p2p_context::{Actor, Clock, Deadline, FeatureName, Scope, SystemClock};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Migrations, StoreCall, StoreLimits, Stores};
use serde_json::{Value, json};

use super::house::House;
use super::slow::{SlowStores, Way};
use super::tell::tell_all;
use crate::effort::Effort;
use crate::generate::id;
use crate::numbers::median;
use crate::places::Places;

/// What every use of a store takes longer.
pub const WAIT: Duration = Duration::from_millis(100);
const STATS: &str = "/dashboard/stats";
/// Activities that it shows.
const SHOWN: usize = 10;
const TOPICS: u32 = 8;
const USE_CASES: u32 = 6;

/// Milliseconds.
#[derive(Debug)]
pub struct Dashboard {
    /// One use of a store.
    pub one_ms: f64,
    /// The whole dashboard.
    pub whole_ms: f64,
    /// The first one, before the host knows any name.
    pub first_ms: f64,
    /// Uses of stores by one dashboard.
    pub uses: u64,
}

/// Asks again and again, one after the other.
pub async fn measure(places: &Places, effort: &Effort) -> Result<Dashboard> {
    println!("the dashboard over slow stores");
    let folder = tempfile::tempdir()?;
    let (way, clock) = (Arc::<Way>::default(), Arc::new(SystemClock) as Arc<dyn Clock>);
    let near =
        EmbeddedStores::new(folder.path().to_owned(), EmbeddedConfig::new([0; 32], Arc::clone(&clock)));
    let stores: Arc<dyn Stores> = Arc::new(SlowStores { near, way: Arc::clone(&way) });
    let house = Arc::new(House::open(places, Arc::clone(&stores), clock).await?);
    let person = furnish(&house).await?;
    check(&house.ask(Some(&person), STATS, None).await?)?;
    house.runtime.forget_directory(&house.tenant);

    let bare = Scope { tenant: house.tenant.clone(), feature: FeatureName::new("bare")? };
    let bare = stores.open(&bare, &Migrations::default(), StoreLimits::default()).await?.sql;
    way.takes(WAIT);
    let dashboard = || timed(house.ask(Some(&person), STATS, None));
    let first_ms = dashboard().await?;
    way.uses();
    let (mut one, mut whole) = (Vec::new(), Vec::new());
    let times = effort.rounds * 4;
    for _ in 0..times {
        whole.push(dashboard().await?);
    }
    let uses = way.uses() / u64::from(times);
    for _ in 0..times {
        one.push(timed(bare.query(StoreCall::until(Deadline::after(WAIT * 10)), "SELECT 1", &[])).await?);
    }
    let found = Dashboard { one_ms: median(one), whole_ms: median(whole), first_ms, uses };
    println!("  {:.0} ms, one use of a store {:.0} ms", found.whole_ms, found.one_ms);
    Ok(found)
}

async fn timed<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<f64>
where
    anyhow::Error: From<E>,
{
    let begun = Instant::now();
    work.await?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Somebody whose organization did things, and another who did things around them; everything was heard.
async fn furnish(house: &Arc<House>) -> Result<Actor> {
    let (person, other) = (house.sign_up(0).await?, house.sign_up(1).await?);
    let ask = async |actor: &Actor, path: &str, body: Value| house.ask(Some(actor), path, Some(&body)).await;
    let content = "Bearings run hot after the third shift, and nobody knows why.";
    for number in 0..TOPICS {
        let title = format!("Bearings run hot, case {number}");
        let topic =
            json!({"title": title, "content": content, "category": "general", "visibility": "network"});
        let topic = id(&ask(&person, "/forums/topics", topic).await?)?;
        let posts = format!("/forums/topics/{topic}/posts");
        ask(&other, &posts, json!({"content": content})).await?;
        ask(&person, &format!("/forums/topics/{topic}/bookmark"), json!({})).await?;
    }
    for number in 0..USE_CASES {
        ask(&person, "/use-cases", json!({"title": format!("A use case, {number}")})).await?;
    }
    ask(&other, "/messages", json!({"receiverId": person.user_id, "content": content})).await?;
    tell_all(house, |_, _| true).await?;
    Ok(person)
}

/// A figure for a dashboard that shows nothing would be worth nothing.
fn check(stats: &Value) -> Result<()> {
    let recent = stats.get("recentActivity").and_then(Value::as_array).context("no activities")?;
    let known = recent.iter().filter(|activity| activity.pointer("/metadata/category").is_some()).count();
    let topics = stats.pointer("/user/topics").and_then(Value::as_u64);
    if recent.len() < TOPICS as usize
        || recent.len() > SHOWN
        || known == 0
        || topics != Some(u64::from(TOPICS))
    {
        bail!("the dashboard does not show what happened: {stats}");
    }
    Ok(())
}
