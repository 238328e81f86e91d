//! The real binary over a folder that outlives it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use p2p_context::TenantId;
use p2p_jobs::Deliveries;
use p2p_server::cli::{Places, Serve};
use p2p_server::config::{Config, Environment};
use p2p_test_support::built;
use p2p_test_support::core::StandInCore;
use tempfile::TempDir;

use crate::mongo;
use crate::postgres::OwnServer;

/// A server that will be killed.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub url: String,
}

/// Where it keeps everything, so that the next one finds it.
pub struct House {
    folder: TempDir,
    /// Keeps people and sessions instead of the server, and lives on when that dies.
    core: Option<StandInCore>,
    /// Keep tables and documents instead of the folder, and live on as well.
    stores: Option<(OwnServer, mongo::Server)>,
}

impl House {
    /// These components, and no limit on requests: whoever writes here writes as fast as they can.
    pub fn with(components: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let features = folder.path().join("features");
        std::fs::create_dir_all(&features).unwrap();
        for name in components {
            std::fs::copy(built::component(name), features.join(format!("{name}.wasm"))).unwrap();
        }
        let rates = "[rates]\nauth_per_minute = 0\nwrite_per_minute = 0\nread_per_minute = 0\n";
        std::fs::write(folder.path().join("p2p.toml"), rates).unwrap();
        Self { folder, core: None, stores: None }
    }

    /// The same with a core beside the server.
    pub async fn beside_a_core(components: &[&str]) -> Self {
        Self { core: Some(StandInCore::start(&[]).await), ..Self::with(components) }
    }

    /// The same over PostgreSQL and MongoDB.
    pub fn over_services(components: &[&str]) -> Self {
        Self { stores: Some((OwnServer::start(), mongo::Server::start())), ..Self::with(components) }
    }

    /// Starts the binary and waits until it is ready.
    pub async fn start(&self) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
        command.env_clear().envs(self.environment());
        Server::start(command, self.folder.path()).await
    }

    fn environment(&self) -> Vec<(String, String)> {
        let mut variables = Vec::new();
        if let Some(core) = &self.core {
            variables.push(("SUPERTOKENS_CONNECTION_URI", core.address.clone()));
        }
        if let Some((postgres, mongo)) = &self.stores {
            variables.extend([("DATABASE_URL", postgres.url()), ("MONGODB_URL", mongo.url())]);
            variables.push(("SECRET_KEY", "the same at every start".to_owned()));
        }
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What is on its way between features, as `p2p jobs` sees it beside a server.
    pub async fn deliveries(&self) -> Deliveries {
        let folder = |name: &str| Some(self.folder.path().join(name));
        let places = Places {
            config: folder("p2p.toml"),
            data: folder("data"),
            features_dir: folder("features"),
            tenants: None,
        };
        let environment = Environment::of(self.environment());
        let config = Config::load(&places, &Serve::default(), &environment).unwrap();
        let stores = p2p_server::stores::beside(&config).await.unwrap();
        Deliveries::open(stores.as_ref(), &TenantId::new("main").unwrap()).await.unwrap()
    }

    /// Where letters lie.
    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("data/mail")
    }
}

impl Server {
    async fn start(mut command: Command, folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .arg("--data")
            .arg(folder.join("data"))
            .arg("--features-dir")
            .arg(folder.join("features"))
            .arg("--config")
            .arg(folder.join("p2p.toml"))
            .env("LOG_LEVEL", "warn")
            // Sessions are issued by this address; the port is another one after each death.
            .env("PUBLIC_URL", "http://localhost")
            .stdout(Stdio::null());
        let server = Self { child: command.spawn().unwrap(), url: format!("http://127.0.0.1:{port}") };
        server.ready().await;
        server
    }

    async fn ready(&self) {
        let begun = Instant::now();
        loop {
            let answer = reqwest::get(format!("{}/health/ready", self.url)).await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "the server does not become ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
