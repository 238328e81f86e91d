//! The binary `p2p` as a library: arguments, configuration, wiring, start and stop. The only crate that knows every
//! room; decides nothing that a room could decide itself.

mod admin;
pub mod cli;
pub mod config;
mod demo;
mod descriptors;
mod doctor;
mod feature_list;
pub mod features;
mod jobs;
mod key;
mod lock;
mod logging;
mod migrate;
mod retell;
mod secret;
mod serve;
mod stop;
pub mod stores;
mod table;
mod told;
pub mod wiring;

use anyhow::Result;

use crate::cli::{Admin, Arguments, Command, Feature, Search, Serve};
use crate::config::{Config, Environment};

/// Does what was typed.
pub async fn run(arguments: Arguments) -> Result<()> {
    let Arguments { places, command } = arguments;
    let serve = match &command {
        Command::Serve(serve) => serve.clone(),
        _ => Serve::default(),
    };
    let config = Config::load(&places, &serve, &Environment::of_process());
    if matches!(command, Command::Doctor) {
        return doctor::run(config).await;
    }
    let config = config?;
    logging::start(&config.log_level)?;
    match command {
        Command::Serve(serve) => serve::run(&config, &serve).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Doctor => Ok(()),
        Command::Feature(Feature::List) => feature_list::run(&config),
        Command::Admin(Admin::Grant { email, tenant }) => {
            admin::grant(&config, &email, tenant.as_deref()).await
        }
        Command::Key(key) => key::run(&config, &key).await,
        Command::Jobs(jobs) => jobs::run(&config, &jobs).await,
        Command::Retell { tenant } | Command::Search(Search::Rebuild { tenant }) => {
            retell::run(&config, tenant.as_deref()).await
        }
    }
}
