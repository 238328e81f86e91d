//! What a session costs on a route of the product that answers everybody: use cases of the demo, listed by nobody and by
//! somebody whose token was seen before. On a server of its own, with every feature.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::data::Ground;
use crate::effort::Effort;
use crate::generate::PASSWORD;
use crate::known::Known;
use crate::numbers::{median, median_ratio};
use crate::places::Places;
use crate::servers::{Server, Side, free_address};
use crate::sessions::{CALLS, cost};

/// As a map asks for them. The features say the same to everybody, so that the session alone is the difference.
const USE_CASES: &str = "/use-cases?limit=20";
/// The demo is told to a server that answers already.
const DEMO: Duration = Duration::from_secs(120);
const ASK: Duration = Duration::from_millis(200);

/// Server CPU per request, µs, and the multiple of an anonymous one.
#[derive(Debug)]
pub struct OpenRoute {
    pub anonymous_us: f64,
    pub hit_us: f64,
    pub hit: f64,
}

/// By turns.
pub async fn measure(places: &Places, effort: &Effort, ground: &Ground) -> Result<OpenRoute> {
    println!("a session on an open route");
    let server = start(places, ground).await?;
    let token = sign_up(&server).await?;
    filled(&server).await?;
    let (mut anonymous, mut hits) = (vec![], vec![]);
    // Once for nothing, since the first calls of a server are slow.
    for round in 0..=effort.rounds {
        let nobody = cost(&server, USE_CASES, (0..CALLS).map(|_| None)).await?;
        let somebody = cost(&server, USE_CASES, (0..CALLS).map(|_| Some(token.as_str()))).await?;
        if round > 0 {
            anonymous.push(nobody);
            hits.push(somebody);
        }
    }
    server.stop().await?;
    let hit = median_ratio(hits.clone(), anonymous.clone());
    println!("  {hit:.2} × an anonymous request");
    Ok(OpenRoute { hit, anonymous_us: median(anonymous), hit_us: median(hits) })
}

async fn start(places: &Places, ground: &Ground) -> Result<Server> {
    let folder = ground.run.join("open-route");
    let features = folder.join("features");
    std::fs::create_dir_all(&features)?;
    for file in places.components.product()? {
        std::fs::copy(&file, features.join(file.file_name().context("a file has a name")?))?;
    }
    let address = free_address()?;
    let mut command = Command::new(&places.server);
    command.args(["serve", "--demo", "--listen", &address.to_string()]);
    command.arg("--data").arg(folder.join("data")).arg("--features-dir").arg(features).env_clear();
    Server::spawn(Side::Component, command, address, &ground.run.join("open-route.log"), Known::default())
        .await
}

async fn sign_up(server: &Server) -> Result<String> {
    let form = json!({
        "email": "reader@open-route.example", "password": PASSWORD, "firstName": "Sara", "lastName": "Al Otaibi",
        "organizationName": "Open Route", "industry": "Manufacturing", "size": "small", "country": "SA",
        "city": "Riyadh",
    });
    let request = Client::new().post(server.url("/auth/signup")).header("st-auth-mode", "header").json(&form);
    let answer = request.send().await?.error_for_status()?;
    let token = answer.headers().get("st-access-token").context("no session")?;
    Ok(token.to_str()?.to_owned())
}

/// Waits until a page of use cases is full.
async fn filled(server: &Server) -> Result<()> {
    let client = Client::new();
    let asking = async {
        loop {
            let answer = client.get(server.url(USE_CASES)).send().await?.error_for_status()?;
            let page: Value = answer.json().await?;
            if page.get("items").and_then(Value::as_array).is_some_and(|items| items.len() == 20) {
                return Ok(());
            }
            tokio::time::sleep(ASK).await;
        }
    };
    tokio::time::timeout(DEMO, asking).await.context("the demo has too few use cases")?
}
