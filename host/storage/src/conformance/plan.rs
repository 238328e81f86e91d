//! How an engine would run a statement, as its own planner says. Asked behind the stores' back and with no value bound:
//! a plan must not depend on values. What a plan may hold is for the caller to judge.

use std::collections::BTreeMap;
use std::path::Path;

use p2p_context::Scope;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _};

use super::database::TestDatabase;
use crate::postgres::schema_of;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// PostgreSQL reads a small table whole, sorts it and joins it by a hash, whatever indexes it has: with these it does so
/// only where no index could serve. A plan is made once for all values, as for statements that are prepared.
const AS_IF_LARGE: &str = "SET enable_seqscan = off; SET enable_bitmapscan = off;
    SET enable_sort = off; SET enable_incremental_sort = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
    SET plan_cache_mode = force_generic_plan";

/// Conditions with `OR` and indexes of words are searched by bitmaps only, which lose the order of an index: so this is a
/// second way, and not the first.
const BY_BITMAPS: &str =
    "SET enable_bitmapscan = on; SET enable_indexscan = off; SET enable_indexonlyscan = off";
const BY_INDEXES: &str =
    "SET enable_bitmapscan = off; SET enable_indexscan = on; SET enable_indexonlyscan = on";

/// Somebody who can be asked for plans.
#[derive(Debug)]
pub enum Planner {
    /// Of one file.
    Sqlite(SqliteConnection),
    /// Of one schema.
    Postgres(PgConnection),
}

impl Planner {
    /// For the file of a scope below the folder of embedded stores.
    pub async fn of_file(root: &Path, scope: &Scope) -> Result<Self, Failure> {
        let file = root.join("tenants").join(scope.tenant.as_str()).join(format!("{}.sqlite", scope.feature));
        let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
        Ok(Self::Sqlite(options.connect().await?))
    }

    /// For the schema of a scope.
    pub async fn of_database(database: &TestDatabase, scope: &Scope) -> Result<Self, Failure> {
        let mut connection = database.behind().await?;
        let schema = schema_of(scope);
        connection.execute(AssertSqlSafe(format!("SET search_path = {schema}; {AS_IF_LARGE}"))).await?;
        connection.execute(AssertSqlSafe(never_counted(&schema))).await?;
        Ok(Self::Postgres(connection))
    }

    /// What each index begins with, where a plan may search one behind that: PostgreSQL then reads all of it and calls it
    /// a search, SQLite does not.
    pub async fn leading_columns(&mut self) -> Result<BTreeMap<String, String>, Failure> {
        let Self::Postgres(connection) = self else { return Ok(BTreeMap::new()) };
        let asked = "SELECT c.relname::text, pg_get_indexdef(i.indexrelid, 1, true) FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = current_schema()::regnamespace";
        let rows = connection.fetch_all(asked).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// The other way that an engine may take, as `plan` says it; none where there is only one.
    pub async fn plan_by_bitmaps(&mut self, text: &str) -> Result<Option<Vec<String>>, Failure> {
        let Self::Postgres(connection) = self else { return Ok(None) };
        connection.execute(BY_BITMAPS).await?;
        let steps = postgres_plan(connection, text).await;
        connection.execute(BY_INDEXES).await?;
        steps.map(Some)
    }

    /// The steps of a statement's plan, one a line, outer ones first.
    pub async fn plan(&mut self, text: &str) -> Result<Vec<String>, Failure> {
        match self {
            Self::Sqlite(connection) => {
                let asked = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
                let rows = connection.fetch_all(asked).await?;
                rows.iter().map(|row| Ok(row.try_get(3)?)).collect()
            }
            Self::Postgres(connection) => postgres_plan(connection, text).await,
        }
    }
}

/// PostgreSQL counts tables every minute, and plans otherwise for one of which it knows that it is nearly empty. For as long
/// as this connection lasts it knows nothing of them.
fn never_counted(schema: &str) -> String {
    format!(
        "BEGIN; UPDATE pg_class SET reltuples = -1, relpages = 0
            WHERE relnamespace = '{schema}'::regnamespace AND relkind IN ('r', 'i');
        DELETE FROM pg_statistic WHERE starelid IN
            (SELECT oid FROM pg_class WHERE relnamespace = '{schema}'::regnamespace)"
    )
}

/// `EXPLAIN` takes no statement with parameters but a prepared one, whose types the server infers as for the stores.
async fn postgres_plan(connection: &mut PgConnection, text: &str) -> Result<Vec<String>, Failure> {
    connection.execute(AssertSqlSafe(format!("PREPARE asked AS {text}"))).await?;
    let count = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'asked'";
    let count: i32 = connection.fetch_one(count).await?.try_get(0)?;
    let values = vec!["NULL"; usize::try_from(count)?].join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let asked = AssertSqlSafe(format!("EXPLAIN (COSTS off) EXECUTE asked{values}"));
    let rows = connection.fetch_all(asked).await?;
    connection.execute("DEALLOCATE asked").await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
