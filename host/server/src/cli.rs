//! What can be typed: subcommands, flags and their help. Decides nothing.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use uuid::Uuid;

const AFTER: &str = "\
Configuration comes from flags, the environment, a TOML file and defaults, in this order of precedence.
The environment names are listed in .env.example, the file's keys in docs/operate.md. An unknown key, or a
variable for something this version cannot do yet, ends the start with a sentence that says so.

Examples:
  p2p serve                                 one tenant, ./features, ./data, http://localhost:8000
  p2p serve --demo                          the same with people and topics to look at
  p2p serve --tenants tenants.toml          several tenants, each with its own hosts, features and data
  p2p doctor                                what is wrong, and what to do about it
  p2p admin grant ada@example.org           makes the first platform admin";

/// One server for many tenants, whose features are WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "p2p", version, after_help = AFTER, max_term_width = 110)]
pub struct Arguments {
    /// Where configuration and data are.
    #[command(flatten)]
    pub places: Places,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every subcommand takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Places {
    /// TOML file with the configuration [default: ./p2p.toml if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder for everything that is kept: databases, files, keys, compiled components [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Folder whose *.wasm files are the features of the one tenant `main` [default: ./features]
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "tenants")]
    pub features_dir: Option<PathBuf>,
    /// TOML file that names tenants, their hosts and features; see tenants.example.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub tenants: Option<PathBuf>,
}

/// The subcommands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Start the server and run until SIGTERM or Ctrl-C
    ///
    /// Brings every store to its newest migration, starts every feature of every tenant, then answers requests.
    /// On SIGTERM or Ctrl-C it takes no new connection, lets running requests and deliveries finish, and exits 0;
    /// a second signal ends it at once.
    Serve(Serve),
    /// Bring every store of every tenant to its newest migration, and stop
    ///
    /// `serve` does the same at its start. Use this to see that an upgrade works before traffic comes back.
    /// Applied migrations are checked by checksum: one that was changed afterwards is refused.
    Migrate,
    /// Check configuration, data folder, stores, features and clock, and say what to do
    ///
    /// Changes nothing and may run beside a server. Exits 1 when something needs attention.
    Doctor,
    /// What is installed
    #[command(subcommand)]
    Feature(Feature),
    /// Who may do everything
    #[command(subcommand)]
    Admin(Admin),
    /// Keys by which other programs act for a person
    #[command(subcommand)]
    Key(Key),
    /// Events on their way from one feature to another, and jobs by the clock
    #[command(subcommand)]
    Jobs(Jobs),
    /// Let every feature tell again what it keeps, so that search and dashboard make theirs anew
    ///
    /// Takes nothing away first: readers see what was there until it is overwritten. May run beside a server and be
    /// repeated at any time.
    Retell {
        /// Which tenant; needed when there are several
        #[arg(value_name = "TENANT")]
        tenant: Option<String>,
    },
    /// The index of what can be found
    #[command(subcommand)]
    Search(Search),
}

/// Flags of `serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Add organizations, people and topics in Arabic and English, once, and print how to sign in
    #[arg(long)]
    pub demo: bool,
}

/// `p2p feature …`
#[derive(Debug, Clone, Subcommand)]
pub enum Feature {
    /// Every tenant's features with version, digest and grants
    List,
}

/// `p2p search …`
#[derive(Debug, Clone, Subcommand)]
pub enum Search {
    /// Make the index anew: the same as `retell`, since search keeps only what others told it
    Rebuild {
        /// Which tenant; needed when there are several
        #[arg(value_name = "TENANT")]
        tenant: Option<String>,
    },
}

/// `p2p admin …`
#[derive(Debug, Clone, Subcommand)]
pub enum Admin {
    /// Make somebody a platform admin of a tenant
    ///
    /// The person must have signed up. May run beside a server; a session of theirs learns of it when it is next
    /// refreshed.
    Grant {
        /// The address they signed up with
        email: String,
        /// Which tenant; needed when there are several
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
    },
}

/// `p2p key …`
#[derive(Debug, Clone, Subcommand)]
pub enum Key {
    /// Make a key and print it, this once
    ///
    /// A program sends it as `Authorization: Bearer <key>` or `X-Api-Key: <key>`. It acts for one person, within its
    /// scopes, as long as that person is active; never as a platform admin.
    Create(NewKeyFlags),
    /// Every key: whom it acts for, what it may do, when it was last used
    List {
        /// Which tenant [default: all]
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
    },
    /// Give a key another secret and print it, this once
    Rotate {
        /// Id of the key, as `key list` prints it
        id: Uuid,
        /// Hours for which the old secret stays good
        #[arg(long, value_name = "N", default_value_t = 24)]
        overlap_hours: u32,
        /// Which tenant [default: the one that has it]
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
    },
    /// Take a key back, for good
    Revoke {
        /// Id of the key, as `key list` prints it
        id: Uuid,
        /// Which tenant [default: the one that has it]
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
    },
}

/// Flags of `key create`.
#[derive(Debug, Clone, Args)]
pub struct NewKeyFlags {
    /// Address of the person it acts for
    #[arg(long, value_name = "EMAIL")]
    pub user: String,
    /// What it may do: <feature>:read, <feature>:write, or * for every feature; may be said several times
    #[arg(long, required = true, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// What it is for
    #[arg(long)]
    pub name: String,
    /// Days after which it ends by itself [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub expires_days: Option<u32>,
    /// Which tenant; needed when there are several
    #[arg(long, value_name = "ID")]
    pub tenant: Option<String>,
}

/// `p2p jobs …`
#[derive(Debug, Clone, Subcommand)]
pub enum Jobs {
    /// Deliveries and jobs that wait, and dead letters: what a feature refused or what failed too often
    List {
        /// Dead letters only
        #[arg(long)]
        dead: bool,
    },
    /// What is run by the clock: how often, when next, and when it was done last
    Schedule,
    /// One event with its payload and the last error of each subscriber
    Show {
        /// Id of the event, as `jobs list` prints it
        event: Uuid,
    },
    /// Deliver dead letters again: one event's, or all of them
    Retry {
        /// Id of the event
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        event: Option<Uuid>,
        /// Every dead letter
        #[arg(long)]
        all: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn places_may_stand_behind_the_subcommand() {
        let typed = ["p2p", "serve", "--features-dir", "x", "--demo", "--data", "d"];
        let Arguments { places, command } = Arguments::try_parse_from(typed).unwrap();
        assert_eq!((places.features_dir, places.data), (Some("x".into()), Some("d".into())));
        assert!(matches!(command, Command::Serve(Serve { demo: true, listen: None })));
        assert!(
            Arguments::try_parse_from(["p2p", "doctor", "--tenants", "a", "--features-dir", "b"]).is_err()
        );
        assert!(Arguments::try_parse_from(["p2p", "jobs", "retry"]).is_err());
    }
}
