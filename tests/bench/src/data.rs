//! The ground of a run: the data set, made once and kept, and a fresh copy of it for each side, with a session that
//! both believe.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::generate;
use crate::places::Places;
use crate::servers::{Server, Side};

/// Topics that are read, of those that the data set has.
const READ: usize = 1_000;

/// What a run stands on.
#[derive(Debug)]
pub struct Ground {
    /// The folder of the run. Each side's data lies in it, in a folder of the side's name.
    pub run: PathBuf,
    /// The script that wrk runs.
    pub script: PathBuf,
    /// A file of topic ids, one a line.
    pub topics: PathBuf,
    /// One of those ids.
    pub topic: String,
    /// An access token.
    pub token: String,
}

/// Makes what is missing, and both sides' data.
pub async fn prepare(places: &Places) -> Result<Ground> {
    let dataset = dataset(places).await?;
    let run = places.fresh_run()?;
    places.components.copy_all(&run.join("features"))?;
    copy(&dataset, &run.join("seed"))?;
    let script = run.join("load.lua");
    fs::write(&script, include_str!("load.lua"))?;
    // Signed in before the copy is made: the session and its signing key are then in both.
    let server = Server::start(Side::Native, places, &run, "seed").await?;
    let token = sign_in(&server).await?;
    let ids = topic_ids(&server, &token).await?;
    server.stop().await?;
    for side in [Side::Native, Side::Component] {
        copy(&run.join("seed"), &run.join(side.to_string()))?;
    }
    let topics = run.join("topics");
    fs::write(&topics, ids.join("\n"))?;
    let topic = ids.into_iter().next().context("the data set has no topic")?;
    Ok(Ground { run, script, topics, topic, token })
}

/// The data set of these features' tables; made by another process, so that no file of it is open here.
async fn dataset(places: &Places) -> Result<PathBuf> {
    let name = format!("data-{}", generate::key(&places.components)?);
    let dataset = places.bench.join(name);
    if dataset.is_dir() {
        return Ok(dataset);
    }
    println!("making the data set, once for these tables");
    let half = dataset.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    let mut command = Command::new(&places.own);
    command.arg("generate").arg(&half).arg(&places.components.folder);
    if !command.status().await?.success() {
        bail!("the data set could not be made");
    }
    fs::rename(&half, &dataset)?;
    Ok(dataset)
}

async fn sign_in(server: &Server) -> Result<String> {
    let credentials = json!({"email": generate::email(0), "password": generate::PASSWORD}).to_string();
    let request = reqwest::Client::new()
        .post(server.url("/auth/login"))
        .header("content-type", "application/json")
        .header("st-auth-mode", "header")
        .body(credentials);
    let answer = request.send().await?;
    let token =
        answer.headers().get("st-access-token").and_then(|token| token.to_str().ok()).map(str::to_owned);
    match token {
        Some(token) => Ok(token),
        None => bail!("nobody could be signed in: {} {}", answer.status(), answer.text().await?),
    }
}

async fn topic_ids(server: &Server, token: &str) -> Result<Vec<String>> {
    let client = reqwest::Client::new();
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    while ids.len() < READ {
        let mut request =
            client.get(server.url("/forums/topics")).bearer_auth(token).query(&[("limit", "100")]);
        if let Some(cursor) = &cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let page: Value = request.send().await?.error_for_status()?.json().await?;
        let items = page.get("items").and_then(Value::as_array).context("no topics")?;
        ids.extend(items.iter().filter_map(|item| item.get("id")?.as_str()).map(str::to_owned));
        cursor = page.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    Ok(ids)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
