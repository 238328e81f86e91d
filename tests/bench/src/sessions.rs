//! What a session costs: the same call by nobody, by somebody whose token was seen before, by somebody whose token is
//! new; and how long the slowest topic lists take while two hundred people sign in at once.

use anyhow::{Context as _, Result, bail};
use futures::future::join_all;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

use crate::data::Ground;
use crate::effort::Effort;
use crate::generate;
use crate::numbers::{median, median_ratio};
use crate::process;
use crate::routes::LIST;
use crate::servers::Server;
use crate::wrk::{self, Kind, Load};

/// People who sign in at the same moment.
pub const SIGN_INS: u32 = 200;
/// A route without any work of its own, so that the session is seen.
const BARE: &str = "/measured/bare";
/// Requests of one round, one after the other: enough that ticks of the system's clock do not matter.
pub const CALLS: usize = 4_000;

/// Server CPU per request, µs, and the multiples of an anonymous one.
#[derive(Debug)]
pub struct Sessions {
    pub anonymous_us: f64,
    pub hit: f64,
    pub hit_us: f64,
    pub miss_us: f64,
    /// The list's 99th percentile alone, and beside the sign-ins.
    pub alone_ms: f64,
    pub signing_in_ms: f64,
    pub signing_in: f64,
    /// Sign-ins that were answered with a session, of all rounds; the others were told to come back.
    pub signed_in: u32,
}

/// By turns.
pub async fn measure(effort: &Effort, ground: &Ground, server: &Server) -> Result<Sessions> {
    println!("sessions");
    let tokens = fresh_tokens(server).await?;
    let (mut anonymous, mut hits, mut misses) = (vec![], vec![], vec![]);
    let (mut alone, mut beside, mut signed_in) = (vec![], vec![], 0);
    let per_round = tokens.len() / effort.rounds as usize;
    for fresh in tokens.chunks(per_round.max(1)).take(effort.rounds as usize) {
        anonymous.push(cost(server, BARE, (0..CALLS).map(|_| None)).await?);
        hits.push(cost(server, BARE, (0..CALLS).map(|_| Some(server.known.token.as_str()))).await?);
        misses.push(cost(server, BARE, fresh.iter().map(|token| Some(token.as_str()))).await?);
        let load = Load { kind: Kind::Page, path: LIST, connections: effort.connections, time: effort.load };
        process::rest(server.pid).await?;
        alone.push(wrk::run(server, ground, &load).await?.p99_ms());
        let (listed, sessions) = tokio::join!(wrk::run(server, ground, &load), sign_in_all(server));
        beside.push(listed?.p99_ms());
        signed_in += sessions?;
    }
    let found = Sessions {
        hit: median_ratio(hits.clone(), anonymous.clone()),
        signing_in: median_ratio(beside.clone(), alone.clone()),
        anonymous_us: median(anonymous),
        hit_us: median(hits),
        miss_us: median(misses),
        alone_ms: median(alone),
        signing_in_ms: median(beside),
        signed_in,
    };
    println!("  {:.2} × an anonymous request", found.hit);
    Ok(found)
}

/// Server CPU per request of these tokens, µs.
pub async fn cost<'a>(
    server: &Server,
    path: &str,
    tokens: impl Iterator<Item = Option<&'a str>>,
) -> Result<f64> {
    let client = Client::new();
    process::rest(server.pid).await?;
    let before = process::cpu(server.pid)?;
    let mut asked = 0_u32;
    for token in tokens {
        let request = client.get(server.url(path));
        let request = token.iter().fold(request, |request, token| request.bearer_auth(token));
        let answer = request.send().await?.error_for_status()?;
        answer.bytes().await?;
        asked += 1;
    }
    let spent = process::cpu(server.pid)?.checked_sub(before).context("time ran backwards")?;
    Ok(spent.as_secs_f64() * 1e6 / f64::from(asked.max(1)))
}

/// Tokens that no request has shown yet: one session, refreshed again and again.
async fn fresh_tokens(server: &Server) -> Result<Vec<String>> {
    let client = Client::new();
    let mut answer = sign_in(&client, server, 1).send().await?.error_for_status()?;
    let mut tokens = Vec::new();
    for _ in 0..CALLS {
        let header = |name: &str| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
        let (access, refresh) =
            header("st-access-token").zip(header("st-refresh-token")).context("no session")?;
        tokens.push(access);
        let refreshing = client.post(server.url("/auth/refresh")).bearer_auth(refresh);
        answer = refreshing.header("st-auth-mode", "header").send().await?.error_for_status()?;
    }
    Ok(tokens)
}

/// Everybody at once; answers how many were let in. Whoever was not was told to come back.
async fn sign_in_all(server: &Server) -> Result<u32> {
    let client = Client::new();
    let all = join_all((0..SIGN_INS).map(|person| sign_in(&client, server, person).send())).await;
    let mut signed_in = 0;
    for answer in all {
        match answer?.status().as_u16() {
            200 => signed_in += 1,
            503 => {}
            other => bail!("a sign-in was answered with {other}"),
        }
    }
    Ok(signed_in)
}

fn sign_in(client: &Client, server: &Server, person: u32) -> RequestBuilder {
    let credentials = json!({"email": generate::email(person), "password": generate::PASSWORD});
    client.post(server.url("/auth/login")).header("st-auth-mode", "header").json(&credentials)
}
