//! The yardstick in `tests/bench/fastapi`: filled and started over the same services, in databases of its own. It
//! believes the sessions of our server.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use crate::data::Ground;
use crate::databases::Databases;
use crate::effort::Effort;
use crate::generate::{BUSY_POSTS, BUSY_REPLIES};
use crate::known::Known;
use crate::places::Places;
use crate::servers::{self, Server, Side};
use crate::stand::Site;

/// Where our server shows the keys of its sessions.
const KEYS: &str = "/auth/jwt/jwks.json";
const NAME: &str = "python";

/// Fills its databases, and starts it.
pub async fn start(
    places: &Places,
    effort: &Effort,
    ground: &Ground,
    of: &mut Databases,
    component: &Server,
) -> Result<Server> {
    println!("starting the yardstick");
    if !places.python.is_file() {
        bail!("the yardstick is not installed: run `cargo xtask bench --stores production`, which does it");
    }
    let site = of.both(NAME).await?;
    let database = of.name(NAME);
    let known = seed(places, effort, ground, &site, &database, component).await?;
    let address = servers::free_address()?;
    let mut command = python(places, &site, &database);
    command.env("JWKS_URL", format!("http://{}{KEYS}", component.address));
    command.args(["-m", "uvicorn", "main:app", "--app-dir"]).arg(folder());
    command.args(["--host", &address.ip().to_string(), "--port", &address.port().to_string()]);
    command.args(["--loop", "uvloop", "--http", "httptools", "--no-access-log"]);
    Server::spawn(Side::Python, command, address, &ground.run.join("python.log"), known).await
}

/// The same number of topics; the caller is the one of our side.
async fn seed(
    places: &Places,
    effort: &Effort,
    ground: &Ground,
    site: &Site,
    database: &str,
    component: &Server,
) -> Result<Known> {
    let mut command = python(places, site, database);
    command.arg(folder().join("seed.py")).arg(&component.known.user);
    command.args([effort.topics as usize, BUSY_POSTS, BUSY_REPLIES].map(|number| number.to_string()));
    let output = command.output().await.context("Python cannot be run")?;
    if !output.status.success() {
        bail!("the yardstick's data could not be made: {}", String::from_utf8_lossy(&output.stderr));
    }
    let printed = String::from_utf8(output.stdout)?;
    let known = Known {
        busy: printed.split_whitespace().next().context("the seed printed nothing")?.to_owned(),
        topics: note(&ground.run, "python.topics", printed.lines(), 0)?,
        posts: note(&ground.run, "python.posts", printed.lines(), 1)?,
        ..component.known.clone()
    };
    Ok(known)
}

/// Writes one column of what was printed to a file.
fn note<'a>(run: &Path, name: &str, lines: impl Iterator<Item = &'a str>, column: usize) -> Result<PathBuf> {
    let ids: Vec<_> = lines.filter_map(|line| line.split_whitespace().nth(column)).collect();
    let file = run.join(name);
    fs::write(&file, ids.join("\n"))?;
    Ok(file)
}

fn python(places: &Places, site: &Site, database: &str) -> Command {
    let mut command = Command::new(&places.python);
    let (_, server) = site.database.split_once("://").unwrap_or_default();
    command
        .env_clear()
        // The sources are read where they lie; nothing is left beside them.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("DATABASE_URL", format!("postgresql+asyncpg://{server}"))
        .env("MONGODB_URL", site.mongodb.as_deref().unwrap_or_default())
        .env("MONGODB_NAME", database);
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fastapi")
}
