//! `p2p jobs`: what is on its way between features, what did not arrive, and what is done by the clock.

use anyhow::{Result, bail};
use p2p_context::{Clock as _, SystemClock, Timestamp};
use p2p_jobs::{Deliveries, Delivery, Standing};
use p2p_tenants::Schedule;
use p2p_tenants::file::Tenant;
use uuid::Uuid;

use crate::cli::Jobs;
use crate::config::Config;
use crate::{features, stores, table};

/// Most lines of one list.
const MOST: u32 = 200;

/// Runs the subcommand for every tenant. Works beside a server.
pub async fn run(config: &Config, command: &Jobs) -> Result<()> {
    if !config.data.is_dir() {
        bail!("there is no folder {}: name the server's with --data", config.data.display());
    }
    let stores = stores::beside(config).await?;
    let mut all = Vec::new();
    let tenants = features::find(&config.features)?;
    for tenant in &tenants {
        all.push((tenant.id.clone(), Deliveries::open(stores.as_ref(), &tenant.id).await?));
    }
    match command {
        Jobs::List { dead } => list(&all, *dead).await,
        Jobs::Schedule => schedule(&tenants, &all).await,
        Jobs::Show { event } => show(&all, *event).await,
        Jobs::Retry { event, .. } => retry(&all, *event).await,
    }
}

type Tables = [(p2p_context::TenantId, Deliveries)];

async fn list(all: &Tables, dead_only: bool) -> Result<()> {
    let mut rows = Vec::new();
    for (tenant, deliveries) in all {
        let waiting = if dead_only { Vec::new() } else { deliveries.waiting(MOST).await? };
        for delivery in waiting.iter().chain(&deliveries.dead(MOST).await?) {
            rows.push(row(tenant.as_str(), delivery));
        }
    }
    let heading = ["TENANT", "EVENT", "TOPIC", "TO", "STATE", "TRIES", "NEXT TRY", "LAST ERROR"];
    print!("{}", table::render(heading, &rows));
    Ok(())
}

fn row(tenant: &str, delivery: &Delivery) -> [String; 8] {
    let state = if delivery.is_dead { "dead" } else { "waiting" };
    let next = if delivery.is_dead { "-".to_owned() } else { delivery.next_at.to_rfc3339() };
    [
        tenant.to_owned(),
        delivery.event_id.to_string(),
        delivery.subject(),
        delivery.subscriber.to_string(),
        state.to_owned(),
        delivery.attempts.to_string(),
        next,
        delivery.last_error.clone(),
    ]
}

/// The jobs that the installed features have, and how each stands.
async fn schedule(tenants: &[Tenant], all: &Tables) -> Result<()> {
    let (now, mut rows) = (SystemClock.now(), Vec::new());
    for (tenant, (_, deliveries)) in tenants.iter().zip(all) {
        let standings = deliveries.jobs().await?;
        for (feature, installation) in &tenant.features {
            for schedule in features::open(&installation.file)?.inspected.manifest.schedules {
                let is_it = |known: &&Standing| known.feature == *feature && known.job == schedule.name;
                let standing = standings.iter().find(is_it);
                let done_at = standing.and_then(|standing| standing.done_at);
                rows.push([
                    tenant.id.to_string(),
                    feature.to_string(),
                    schedule.name.clone(),
                    every(&schedule),
                    schedule.next_due(now).to_rfc3339(),
                    done_at.map_or_else(|| "-".to_owned(), Timestamp::to_rfc3339),
                ]);
            }
        }
    }
    let heading = ["TENANT", "FEATURE", "JOB", "EVERY", "NEXT", "LAST DONE"];
    print!("{}", table::render(heading, &rows));
    Ok(())
}

fn every(schedule: &Schedule) -> String {
    let minutes = schedule.every_minutes;
    match (minutes % 1_440, minutes % 60) {
        (0, _) => format!("{} d", minutes / 1_440),
        (_, 0) => format!("{} h", minutes / 60),
        _ => format!("{minutes} min"),
    }
}

async fn show(all: &Tables, event: Uuid) -> Result<()> {
    for (tenant, deliveries) in all {
        let found = deliveries.of_event(event).await?;
        let Some(first) = found.first() else { continue };
        println!("event      {event}");
        println!("tenant     {tenant}");
        println!("topic      {} of {}", first.topic, first.key);
        println!("committed  {}", first.committed_at.to_rfc3339());
        println!("payload    {}", String::from_utf8_lossy(&first.payload));
        let rows: Vec<_> = found.iter().map(|delivery| row(tenant.as_str(), delivery)).collect();
        let heading = ["TENANT", "EVENT", "TOPIC", "TO", "STATE", "TRIES", "NEXT TRY", "LAST ERROR"];
        print!("\n{}", table::render(heading, &rows));
        return Ok(());
    }
    bail!("no delivery of event {event} is waiting or dead: it has arrived everywhere, or never was")
}

async fn retry(all: &Tables, event: Option<Uuid>) -> Result<()> {
    let now: Timestamp = SystemClock.now();
    let mut revived = 0;
    for (_, deliveries) in all {
        revived += deliveries.revive(event, now).await?;
    }
    if revived == 0 {
        bail!("no such dead letter; `p2p jobs list --dead` shows them");
    }
    println!("{revived} to be delivered again; a running server takes them up within a second");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_the_largest_unit_that_fits() {
        let of = |every_minutes| every(&Schedule { name: "a".to_owned(), every_minutes });
        assert_eq!([of(1), of(90), of(120), of(2_880)], ["1 min", "90 min", "2 h", "2 d"]);
    }
}
