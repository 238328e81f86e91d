//! A database of its own for one test, on the server that `DATABASE_URL` names, and documents of its own on the one
//! that `MONGODB_URL` names. Gone, with the database's roles, when dropped.

use std::thread;

use p2p_context::new_uuid;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

use crate::mongo::MongoServer;
use crate::{DatabaseAddress, Documents};

/// Says what to do about a server that no variable names.
fn server(variable: &str) -> Result<String, String> {
    std::env::var(variable)
        .map_err(|_| format!("{variable} is not set: run `cargo xtask services up` and set what it prints"))
}

/// See the module.
#[derive(Debug)]
pub struct TestDatabase {
    /// Its URL.
    pub url: String,
    name: String,
    server: String,
}

impl TestDatabase {
    /// Makes one. Fails with what to do when no server is named.
    pub async fn create() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let server = server("DATABASE_URL")?;
        let name = format!("p2p_test_{}", new_uuid().simple());
        let mut connection = PgConnection::connect(&server).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"))).await?;
        connection.close().await?;
        Ok(Self { url: with_database(&server, &name), name, server })
    }

    /// Its address, as stores take it.
    pub fn address(&self) -> Result<DatabaseAddress, Box<dyn std::error::Error + Send + Sync>> {
        Ok(DatabaseAddress::parse(&self.url)?)
    }

    /// Documents in MongoDB, in databases of this test's.
    pub async fn documents(&self) -> Result<Documents, Box<dyn std::error::Error + Send + Sync>> {
        let server = MongoServer::new(&server("MONGODB_URL")?, documents_prefix(&self.name)).await?;
        Ok(Documents::Mongo(server))
    }

    /// Events that these features of a tenant have left behind and nobody took up yet.
    pub async fn waiting_events(&self, tenant: &str, features: &[&str]) -> Result<i64, sqlx::Error> {
        let mut connection = self.behind().await?;
        let mut waiting = 0;
        for feature in features {
            let text = format!("SELECT count(*) FROM t_{tenant}__{feature}.p2p_outbox");
            waiting += connection.fetch_one(AssertSqlSafe(text)).await?.try_get::<i64, _>(0)?;
        }
        Ok(waiting)
    }

    /// A connection behind the stores' back, as whoever owns the server.
    pub async fn behind(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect(&self.url).await
    }
}

/// Begins the names of a test's databases in MongoDB, which allows 63 bytes for the whole of one.
fn documents_prefix(name: &str) -> &str {
    name.get(name.len().saturating_sub(18)..).unwrap_or(name)
}

/// The URL with another database.
pub fn with_database(url: &str, name: &str) -> String {
    let (base, query) =
        url.split_once('?').map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    let host = base.find("://").map_or(0, |at| at + 3);
    let path = base.get(host..).and_then(|rest| rest.find('/')).map_or(base.len(), |at| host + at);
    format!("{}/{name}{query}", base.get(..path).unwrap_or(base))
}

impl Drop for TestDatabase {
    /// On a runtime of its own: the test's may be ending.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let clearing = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| {
                runtime.block_on(async {
                    let _ = clear(&server, &name).await;
                    let _ = clear_documents(documents_prefix(&name)).await;
                })
            })
        });
        // What is left behind hurts nobody but whoever counts databases.
        let _ = clearing.join();
    }
}

async fn clear(server: &str, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await?;
    let mark = crate::postgres::role_mark(name);
    let query =
        sqlx::query("SELECT rolname::text FROM pg_roles WHERE rolname ~ $1").bind(format!("__{mark}_[of]$"));
    for row in connection.fetch_all(query).await? {
        let role: String = row.try_get(0)?;
        connection.execute(AssertSqlSafe(format!("DROP ROLE {role}"))).await?;
    }
    Ok(())
}

async fn clear_documents(prefix: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Ok(url) = server("MONGODB_URL") else { return Ok(()) };
    let client = mongodb::Client::with_uri_str(url).await?;
    for name in client.list_database_names().await? {
        if name.starts_with(prefix) {
            client.database(&name).drop().await?;
        }
    }
    Ok(())
}
