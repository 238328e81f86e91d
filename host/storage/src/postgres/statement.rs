//! A feature's SQL as it may be handed to PostgreSQL: one statement, a verb that reads or writes, no name that leads out
//! of the feature's place. The second wall: what a feature's role may touch is PostgreSQL's own judgement.

use std::sync::{Arc, Mutex, PoisonError};

use super::scanner::{Scanner, Token};
use super::shape::Shape;
use crate::ports::sql::SqlError;
use crate::statements::Parsed;

/// Bytes of a statement's text.
const STATEMENT_BYTES: usize = 256 << 10;

/// Distinct texts remembered per store. A feature has some dozens; one that invents texts only slows itself.
const REMEMBERED: usize = 512;

/// Bytes of a text that is worth remembering, here and in the connections.
const REMEMBERED_BYTES: usize = 16 << 10;

/// How names begin that are the host's, the system's or a function's that would run a text as SQL, change the session,
/// or reach files and other servers.
const FOREIGN: [&str; 19] = [
    "p2p_",
    "pg_",
    "lo_",
    "dblink",
    "information_schema",
    "set_config",
    "current_setting",
    "query_to_xml",
    "cursor_to_xml",
    "table_to_xml",
    "schema_to_xml",
    "database_to_xml",
    "xpath_table",
    "ts_stat",
    "ts_rewrite",
    "loread",
    "lowrite",
    "txid_",
    "query_to_json",
];

/// Whether a statement reads or writes, by its main verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// SELECT or VALUES.
    Reads,
    /// INSERT, UPDATE or DELETE.
    Writes,
}

/// A statement that may be handed to PostgreSQL in a feature's name.
#[derive(Debug)]
pub struct GuestStatement {
    /// Its text, without what stands behind it.
    pub sql: Arc<str>,
    /// What it does.
    pub verb: Verb,
    /// Whether connections should keep it prepared.
    pub lasting: bool,
    shape: Mutex<Option<Arc<Shape>>>,
}

impl GuestStatement {
    /// What PostgreSQL said of its parameters and columns.
    pub fn shape(&self) -> Option<Arc<Shape>> {
        self.shape.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers it; none: it is to be asked again.
    pub fn remember(&self, shape: Option<Arc<Shape>>) {
        *self.shape.lock().unwrap_or_else(PoisonError::into_inner) = shape;
    }

    fn parse(text: &str) -> Result<Self, SqlError> {
        if text.len() > STATEMENT_BYTES {
            return Err(rejected("the statement is too long"));
        }
        if text.contains('\0') {
            return Err(rejected("NUL in the statement"));
        }
        let mut look = Look::default();
        for token in Scanner::new(text) {
            look.see(token)?;
        }
        let verb = look.verb.ok_or_else(|| rejected("there is no statement"))?;
        let lasting = text.len() <= REMEMBERED_BYTES;
        Ok(Self { sql: look.sql.into(), verb, lasting, shape: Mutex::default() })
    }
}

/// What the pieces seen so far amount to.
#[derive(Default)]
struct Look {
    sql: String,
    verb: Option<Verb>,
    depth: usize,
    ended: bool,
    started: bool,
    /// The word before, when nothing stands between.
    word: String,
}

impl Look {
    fn see(&mut self, token: Token<'_>) -> Result<(), SqlError> {
        if self.ended {
            let nothing = matches!(token, Token::Blank(_) | Token::Other(";"));
            return if nothing { Ok(()) } else { Err(rejected("one statement at a time")) };
        }
        match token {
            Token::Word(word) => self.verb(word)?,
            Token::Other(mark) => self.mark(mark),
            _ => {}
        }
        if self.ended {
            return Ok(());
        }
        self.name(token)?;
        self.sql.push_str(token.text());
        Ok(())
    }

    /// The first word must begin a statement that features may run; after WITH the main verb comes outside all
    /// brackets.
    fn verb(&mut self, word: &str) -> Result<(), SqlError> {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if self.verb.is_none() && self.depth == 0 {
            if ["SELECT", "VALUES"].into_iter().any(is) {
                self.verb = Some(Verb::Reads);
            } else if ["INSERT", "UPDATE", "DELETE"].into_iter().any(is) {
                self.verb = Some(Verb::Writes);
            } else if !self.started && !is("WITH") {
                return Err(SqlError::Denied);
            }
        }
        self.started = true;
        Ok(())
    }

    fn mark(&mut self, mark: &str) {
        match mark {
            "(" => self.depth += 1,
            ")" => self.depth = self.depth.saturating_sub(1),
            ";" => self.ended = self.started,
            _ => {}
        }
    }

    fn name(&mut self, token: Token<'_>) -> Result<(), SqlError> {
        let before = std::mem::take(&mut self.word);
        match token {
            Token::Word(word) if is_foreign(word) => return Err(SqlError::Denied),
            Token::Word(word) => word.clone_into(&mut self.word),
            Token::Other("&") if before.eq_ignore_ascii_case("u") => "U&".clone_into(&mut self.word),
            // Its letters can be spelled by their numbers.
            Token::Name(_) if before == "U&" => return Err(SqlError::Denied),
            Token::Name(name) if is_foreign(name.trim_start_matches('"')) => return Err(SqlError::Denied),
            _ => {}
        }
        Ok(())
    }
}

/// A word that begins with a digit is two to PostgreSQL: a number, and what follows it.
fn is_foreign(name: &str) -> bool {
    let begins =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    let hides = |prefix: &str| name.to_ascii_lowercase().contains(prefix);
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        FOREIGN.into_iter().any(hides)
    } else {
        FOREIGN.into_iter().any(begins)
    }
}

fn rejected(why: &str) -> SqlError {
    SqlError::Rejected(why.to_owned())
}

/// Those a store has seen.
pub type Statements = crate::statements::Statements<GuestStatement, REMEMBERED>;

impl Parsed for GuestStatement {
    fn parse(text: &str) -> Result<Self, SqlError> {
        Self::parse(text)
    }

    fn lasts(&self) -> bool {
        self.lasting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_is_found_behind_with() {
        let verb = |text: &str| GuestStatement::parse(text).unwrap().verb;
        assert_eq!(verb("select 1"), Verb::Reads);
        assert_eq!(verb("-- hello\nWITH x(n) AS (SELECT 1) SELECT n FROM x"), Verb::Reads);
        assert_eq!(verb("WITH x AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM x)"), Verb::Writes);
        let parsed = GuestStatement::parse("INSERT INTO t SELECT 1;  -- done\n ; ").unwrap();
        assert_eq!((parsed.verb, &*parsed.sql), (Verb::Writes, "INSERT INTO t SELECT 1"));
    }

    #[test]
    fn all_other_statements_are_denied() {
        for text in ["/**/COPY x TO 'y'", "BEGIN", "DO $$ $$", "CALL x()", "EXPLAIN SELECT 1", "MERGE INTO x"]
        {
            assert_eq!(GuestStatement::parse(text).err(), Some(SqlError::Denied), "{text}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_denied_however_they_are_written() {
        for text in [
            "SELECT PG_sleep(1)",
            "SELECT * FROM \"p2p_outbox\"",
            "SELECT * FROM t_a.P2P_outbox",
            "SELECT \"pg_catalog\".now()",
            "SELECT * FROM U&\"\\0070g_class\"",
            "SELECT * FROM u&\"p\"",
            "SELECT 1pg_sleep(1)",
            "SELECT set_config('a', 'b', true)",
            "SELECT E'\\'' || pg_sleep(1) || ''",
            "SELECT '\\' || pg_sleep(1) || ''",
            "SELECT /* /* */ */ query_to_xml_and_xmlschema('', true, true, '')",
        ] {
            assert_eq!(GuestStatement::parse(text).err(), Some(SqlError::Denied), "{text}");
        }
        for text in [
            "SELECT 'pg_sleep', $$p2p_x$$ -- pg_",
            "SELECT a.pages, upg_x FROM top_pg_ a",
            "SELECT u & \"p\"",
        ] {
            assert!(GuestStatement::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_single_statement_is_rejected() {
        let long = format!("SELECT '{}'", "x".repeat(STATEMENT_BYTES));
        for text in ["", " -- only a remark", "SELECT 1; DELETE FROM t", "SELECT 1\0", ";;", long.as_str()] {
            assert!(matches!(GuestStatement::parse(text), Err(SqlError::Rejected(_))), "{text:.40}");
        }
    }
}
