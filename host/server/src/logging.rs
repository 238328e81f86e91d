//! The log: one JSON object per line on standard error, or text for people when that is a terminal.

use std::io::{self, IsTerminal as _};

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging at this level, or by these directives.
pub fn start(level: &str) -> Result<()> {
    let filter = filter(level)?;
    let registry = tracing_subscriber::registry().with(filter);
    if io::stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(io::stderr).compact()).try_init()?;
    } else {
        let json = fmt::layer().json().flatten_event(true).with_current_span(true);
        registry.with(json.with_span_list(false).with_writer(io::stderr)).try_init()?;
    }
    Ok(())
}

/// Checks directives.
pub fn filter(level: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(level.to_ascii_lowercase())
        .map_err(|error| anyhow!("LOG_LEVEL (log_level): `{level}` is no level like info and no list like info,p2p_http=debug: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_lists_are_taken_and_nonsense_is_named() {
        for level in ["info", "WARN", "info,p2p_http=debug"] {
            assert!(filter(level).is_ok(), "{level}");
        }
        assert!(filter("p2p=loud").unwrap_err().to_string().contains("p2p=loud"));
    }
}
