//! `p2p doctor`: looks at everything a server needs, starts nothing, changes nothing, and says what to do.

mod checks;
mod core;
mod mail;
mod sessions;

use anyhow::{Result, bail};

use crate::config::Config;
use crate::table;

/// One thing that was looked at.
#[derive(Debug)]
pub struct Finding {
    what: String,
    state: State,
    found: String,
    advice: String,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Fine,
    /// Works, but look at it.
    Careful,
    /// A server would not start, or not work.
    Wrong,
}

impl Finding {
    /// Nothing to do.
    pub fn fine(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Fine, found: found.into(), advice: String::new() }
    }

    /// Something to think about.
    pub fn careful(what: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Careful, advice: advice.into(), ..Self::fine(what, found) }
    }

    /// Something to repair.
    pub fn wrong(what: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Wrong, advice: advice.into(), ..Self::fine(what, found) }
    }

    fn row(&self) -> [String; 4] {
        let state = match self.state {
            State::Fine => "ok",
            State::Careful => "look",
            State::Wrong => "WRONG",
        };
        [state.to_owned(), self.what.clone(), self.found.clone(), self.advice.clone()]
    }
}

/// Looks and prints. An error when something is wrong, so that scripts can tell.
pub async fn run(config: Result<Config>) -> Result<()> {
    let findings = match config {
        Ok(config) => checks::all(&config).await,
        Err(error) => {
            vec![Finding::wrong(
                "configuration",
                format!("{error:#}"),
                "repair it and run `p2p doctor` again",
            )]
        }
    };
    let rows: Vec<_> = findings.iter().map(Finding::row).collect();
    print!("{}", table::render(["STATE", "WHAT", "FOUND", "WHAT TO DO"], &rows));
    let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
    if wrong > 0 {
        bail!("{wrong} thing(s) to repair");
    }
    Ok(())
}
