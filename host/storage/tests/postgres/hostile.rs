//! Statements and migrations that try to leave their place, by PostgreSQL's own doors.

use std::time::{Duration, Instant};

use p2p_context::Deadline;
use p2p_storage::packed::Params;
use p2p_storage::{Event, FeatureStores, OpenError, SqlError, Statement, StoreCall, StoreLimits, Stores};
use sqlx::{Executor, Row};

use super::support::{World, migrations, number, scope, scope_of, soon, within, world, write};

/// The functions do by PL/pgSQL what no statement of a feature may say.
const TABLES: &str = r"
    CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
    INSERT INTO notes VALUES (1, 'one');
    CREATE FUNCTION run(text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE answer text;
        BEGIN EXECUTE $1 INTO answer; RETURN answer; END $$;
";

const DENIED: &[&str] = &[
    "SELECT pg_sleep(10)",
    "SELECT * FROM pg_catalog.pg_roles",
    "SELECT * FROM information_schema.tables",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT current_setting('data_directory')",
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_advisory_lock(1)",
    "SELECT * FROM \"p2p_outbox\"",
    "SELECT p2p_append('', '[]', now(), '', '', NULL)",
    "COPY notes TO PROGRAM 'id'",
    "DO $$ BEGIN END $$",
    "SET ROLE postgres",
    "RESET ROLE",
    "SHOW data_directory",
    "CALL x()",
    "LOCK TABLE notes",
    "TRUNCATE notes",
    "PREPARE x AS SELECT 1",
    "DECLARE c CURSOR FOR SELECT 1",
    "NOTIFY x",
    "CREATE TABLE mine (a int)",
    "ALTER ROLE CURRENT_USER SUPERUSER",
];

async fn open(world: &World, feature: &str) -> FeatureStores {
    world.stores.open(&scope_of(feature), &migrations(&[TABLES]), StoreLimits::default()).await.unwrap()
}

/// Lets the feature's own function say it, past the first wall.
async fn run(stores: &FeatureStores, text: &str) -> Result<String, SqlError> {
    let params = Params::new().text(text).finish();
    let rows = stores.sql.query(within(5_000), "SELECT run($1)", &params).await?;
    let mut reader = p2p_storage::packed::RowReader::new(&rows).unwrap();
    assert!(reader.advance());
    Ok(reader.text_or_null().unwrap().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn statements_that_lead_elsewhere_are_denied() {
    let world = world().await;
    let stores = open(&world, "forums").await;
    for text in DENIED {
        assert_eq!(stores.sql.query(soon(), text, &[]).await.err(), Some(SqlError::Denied), "{text}");
        assert!(stores.sql.commit(soon(), &[write(text)], &[]).await.is_err(), "{text}");
    }
    for text in ["WITH x AS (DELETE FROM notes RETURNING id) SELECT id FROM x", "SELECT * INTO x FROM notes"]
    {
        assert!(stores.sql.query(soon(), text, &[]).await.is_err(), "{text}");
    }
    assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap()), 1);
}

/// The second wall: what a feature's function says is said by the feature's role.
#[tokio::test]
async fn a_function_reaches_no_more_than_its_feature() {
    let world = world().await;
    let stores = open(&world, "forums").await;
    let other = open(&world, "secrets").await;
    other.sql.commit(soon(), &[write("INSERT INTO notes VALUES (2, 'hidden')")], &[]).await.unwrap();
    other.documents.insert(soon(), "posts", "a", b"{}", &[]).await.unwrap();
    for text in [
        "SELECT body FROM t_acme__secrets.notes WHERE id = 2",
        "SELECT id FROM t_acme__forums.p2p_documents",
        "SELECT topic FROM p2p_outbox",
        "SELECT nextval('p2p_positions')",
        "DELETE FROM p2p_inbox RETURNING 1",
        "SELECT p2p_append('x', '[]', now(), NULL, NULL, NULL)",
        "SELECT p2p_append(NULL, '[]', now(), NULL, NULL, NULL)",
        "SELECT p2p_handle('x', gen_random_uuid(), now(), now(), 1)",
        "SELECT p2p_migrated('x', 9, 'a', '', now())",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "COPY notes TO PROGRAM 'id'",
        "SET ROLE app",
        "CREATE TABLE t_acme__secrets.mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "CREATE EXTENSION dblink",
        "ALTER TABLE notes ADD COLUMN x int",
        "DROP TABLE notes",
        "SELECT rolpassword FROM pg_authid",
    ] {
        let outcome = run(&stores, text).await;
        assert!(outcome.is_err(), "{text}: {outcome:?}");
        // As a write, so that it is not refused for being one.
        let said = Statement {
            text: "UPDATE notes SET body = coalesce(run($1), 'x')".to_owned(),
            params: Params::new().text(text).finish(),
            expect: None,
        };
        let outcome = stores.sql.commit(within(5_000), &[said], &[]).await;
        assert!(matches!(outcome, Err(SqlError::Denied | SqlError::Rejected(_))), "{text}: {outcome:?}");
    }
    let session_user = run(&stores, "SELECT session_user || current_user").await.unwrap();
    assert!(!session_user.contains("app"), "RESET ROLE would gain nothing: {session_user}");
    // A set of the session's own does not outlive what PostgreSQL grants, and writes are another role's business.
    let _ = run(&stores, "SELECT set_config('transaction_read_only', 'off', false)").await;
    assert_eq!(number(&other.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap()), 2);
}

#[tokio::test]
async fn nothing_runs_past_its_deadline_and_locks_end_with_it() {
    let world = world().await;
    let stores = open(&world, "forums").await;
    let began = Instant::now();
    let sleep = Params::new().text("SELECT pg_sleep(30)").finish();
    assert_eq!(stores.sql.query(within(200), "SELECT run($1)", &sleep).await.err(), Some(SqlError::Timeout));
    let hoard = Statement {
        text: "UPDATE notes SET body = coalesce(run($1), 'x')".to_owned(),
        params: sleep,
        expect: None,
    };
    assert_eq!(stores.sql.commit(within(200), &[hoard], &[]).await, Err(SqlError::Timeout));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    // The lock on the row is free as soon as the session has ended.
    let update = write("UPDATE notes SET body = 'two' WHERE id = 1");
    assert_eq!(stores.sql.commit(within(10_000), &[update], &[]).await, Ok(vec![1]));
    let body = "SELECT count(*) FROM notes WHERE body = 'two'";
    assert_eq!(number(&stores.sql.query(soon(), body, &[]).await.unwrap()), 1);
}

#[tokio::test]
async fn an_answer_of_any_size_costs_the_host_no_more_than_its_limit() {
    let world = world().await;
    let stores = open(&world, "forums").await;
    let call = || StoreCall::until(Deadline::after(Duration::from_secs(60)));
    for text in [
        "SELECT repeat('x', 200000000)",
        "SELECT to_jsonb(repeat('x', 200000000))",
        "SELECT decode(repeat('00', 100000000), 'hex')",
        "SELECT repeat('x', 3000000), repeat('x', 3000000)",
        "SELECT repeat('x', 3000000) FROM generate_series(1, 3)",
        "SELECT n FROM generate_series(1, 100000000) n",
    ] {
        let outcome = stores.sql.query(call(), text, &[]).await.map(|rows| rows.count);
        assert_eq!(outcome, Err(SqlError::TooLarge), "{text}");
    }
    assert!(peak_megabytes() < 400, "{} MiB at most", peak_megabytes());
    let returning = write("UPDATE notes SET body = body RETURNING repeat('x', 200000000)");
    assert_eq!(stores.sql.commit(call(), &[returning], &[]).await, Ok(vec![1]));
    assert_eq!(number(&stores.sql.query(soon(), "SELECT count(*) FROM notes", &[]).await.unwrap()), 1);
}

/// The most memory this process has had; tests that run beside this one in it are small.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[tokio::test]
async fn a_bounded_answer_is_the_answer() {
    let world = world().await;
    let stores = open(&world, "forums").await;
    for id in 2..60 {
        let insert = Statement {
            text: "INSERT INTO notes VALUES ($1, $2)".to_owned(),
            params: Params::new().s64(id).text(&format!("n{}", id % 7)).finish(),
            expect: Some(1),
        };
        stores.sql.commit(soon(), &[insert], &[]).await.unwrap();
    }
    // Remarks, trailing marks, repeated names and orders survive the measuring.
    let text = "SELECT a.body, b.body, a.id FROM notes a JOIN notes b ON b.id = a.id WHERE a.id > $1 \
                ORDER BY a.body DESC, a.id DESC LIMIT 20 -- the newest\n; -- no more";
    let rows = stores.sql.query(soon(), text, &Params::new().s64(1).finish()).await.unwrap();
    assert_eq!((rows.columns, rows.count), (3, 20));
    let mut reader = p2p_storage::packed::RowReader::new(&rows).unwrap();
    let mut seen = Vec::new();
    while reader.advance() {
        let (one, other) = (reader.text().unwrap().to_owned(), reader.text().unwrap().to_owned());
        assert_eq!(one, other);
        seen.push((one, reader.s64().unwrap()));
    }
    assert!(seen.is_sorted_by(|one, other| one > other), "{seen:?}");
}

#[tokio::test]
async fn a_migration_keeps_to_its_own_tables() {
    let world = world().await;
    open(&world, "secrets").await;
    let one = "CREATE TABLE a (id bigint PRIMARY KEY);";
    world.stores.open(&scope(), &migrations(&[one]), StoreLimits::default()).await.unwrap();
    for text in [
        "DROP TABLE p2p_outbox",
        "ALTER TABLE p2p_inbox ADD COLUMN x int",
        "INSERT INTO p2p_inbox VALUES (gen_random_uuid(), now())",
        "CREATE TRIGGER t AFTER INSERT ON p2p_outbox EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE INDEX i ON p2p_documents (body)",
        "CREATE TABLE c (event uuid REFERENCES p2p_outbox (id))",
        "CREATE TABLE p2p_mine (id int)",
        "CREATE FUNCTION p2p_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION p2p_key(value jsonb) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'",
        "ALTER TABLE a RENAME TO p2p_a",
        "DROP SCHEMA t_acme__secrets CASCADE",
        "CREATE TABLE t_acme__secrets.c (id int)",
        "DELETE FROM t_acme__secrets.notes",
        "CREATE TABLE c (id int); COMMIT; DROP TABLE a",
        "SELECT p2p_migrated('x', 7, 'a', '', now())",
        "DO $$ BEGIN COMMIT; END $$",
        "CREATE EXTENSION dblink",
        "CREATE TABLE c AS SELECT * FROM p2p_documents",
    ] {
        let outcome = world.stores.open(&scope(), &migrations(&[one, text]), StoreLimits::default()).await;
        let outcome = outcome.map(drop);
        assert!(matches!(outcome, Err(OpenError::Failed { version: 2, .. })), "{text}: {outcome:?}");
        let again = world.stores.open(&scope(), &migrations(&[one]), StoreLimits::default()).await.unwrap();
        assert_eq!(number(&again.sql.query(soon(), "SELECT count(*) FROM a", &[]).await.unwrap()), 0);
    }
}

#[tokio::test]
async fn a_trigger_cannot_speak_for_the_host() {
    let world = world().await;
    let stores = open(&world, "forums").await;
    let event = Event { topic: "forums.x.y".into(), key: "k".into(), payload: b"{}".to_vec() };
    stores.sql.commit(soon(), &[], &[event]).await.unwrap();
    let (owner, host): (String, String) = {
        let mut behind = world.database.behind().await.unwrap();
        let text =
            "SELECT proowner::regrole::text, current_user::text FROM pg_proc WHERE proname = 'p2p_append'";
        let row = behind.fetch_one(text).await.unwrap();
        (row.get(0), row.get(1))
    };
    assert_eq!(owner, host, "the functions run as the host, whose tables they write");
    // A table's own trigger runs as whoever wrote: the feature.
    let trigger = "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM p2p_outbox; RETURN NEW; END $$;
        CREATE TRIGGER spy AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION spy();";
    let steps = migrations(&[TABLES, trigger]);
    let stores = world.stores.open(&scope(), &steps, StoreLimits::default()).await.unwrap();
    let insert = write("INSERT INTO notes VALUES (7, 'x')");
    assert_eq!(stores.sql.commit(soon(), &[insert], &[]).await, Err(SqlError::Denied));
    assert_eq!(stores.outbox.pending(10).await.unwrap().len(), 1);
}
