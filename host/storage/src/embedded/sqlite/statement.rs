//! A feature's SQL as it may be handed to SQLite: one statement, a verb that reads or writes, `$n` turned into `?n`.
//! Looks at words only; what the statement touches is judged by `policy` when SQLite prepares it.

use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite};

use super::guard::STATEMENT_BYTES;
use super::scanner::{Scanner, Token};
use crate::ports::sql::SqlError;
use crate::statements::Parsed;

/// A feature's text begins with a space and the host's own never does, so that the connection's statement cache,
/// which goes by text, never hands a feature a statement that was prepared for the host.
const MARK: char = ' ';

/// Distinct texts remembered per store. A feature has some dozens; one that invents texts only slows itself.
const REMEMBERED: usize = 512;

/// Bytes of a text that is worth remembering, here and in the connections. Longer ones are rare or made to fill memory.
const REMEMBERED_BYTES: usize = 16 << 10;

/// SQLite's own bound on `?n`.
const PARAMS: usize = 32_766;

/// Whether a statement reads or writes, by its main verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// SELECT or VALUES.
    Reads,
    /// INSERT, REPLACE, UPDATE or DELETE.
    Writes,
}

/// A statement that may be handed to SQLite in a feature's name.
#[derive(Debug)]
pub struct GuestStatement {
    sql: Arc<str>,
    /// Where in it the numbers of parameters stand.
    holes: Vec<Range<usize>>,
    /// How many parameters it takes.
    pub params: usize,
    /// What it does.
    pub verb: Verb,
    /// Whether connections should keep it prepared.
    pub lasting: bool,
    /// Column names, once known: an empty answer brings none along.
    pub columns: OnceLock<Vec<String>>,
}

impl GuestStatement {
    /// Ready to be run.
    pub fn query(&self, bound: SqliteArguments) -> Query<'_, Sqlite, SqliteArguments> {
        sqlx::query_with(self.text(), bound).persistent(self.lasting)
    }

    /// Its text as sqlx takes it.
    pub fn text(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(Arc::clone(&self.sql))
    }

    /// Bytes of its text.
    pub fn bytes(&self) -> usize {
        self.sql.len()
    }

    /// Adds its text behind another that has so many parameters. Written `$n`: where a text takes `?5` only, sqlx counts
    /// five. The blank keeps SQLite from taking what follows for a part of the name.
    pub fn join(&self, text: &mut String, params: usize) {
        if !text.is_empty() {
            text.push_str("\n;");
        }
        let mut from = 0;
        for hole in &self.holes {
            text.push_str(self.sql.get(from..hole.start.saturating_sub(1)).unwrap_or_default());
            let number: usize =
                self.sql.get(hole.clone()).and_then(|digits| digits.parse().ok()).unwrap_or(0);
            let _ = write!(text, "${} ", number + params);
            from = hole.end;
        }
        text.push_str(self.sql.get(from..).unwrap_or_default());
    }

    fn parse(text: &str) -> Result<Self, SqlError> {
        if text.len() > STATEMENT_BYTES {
            return Err(rejected("the statement is too long"));
        }
        // SQLite stops reading there, sqlx does not.
        if text.contains('\0') {
            return Err(rejected("NUL in the statement"));
        }
        let mut sql = String::with_capacity(text.len() + 1);
        sql.push(MARK);
        let mut shape = Shape::default();
        for token in Scanner::new(text) {
            shape.see(token, &mut sql)?;
        }
        let verb = shape.verb.ok_or_else(|| rejected("there is no statement"))?;
        let lasting = text.len() <= REMEMBERED_BYTES;
        let Shape { params, holes, .. } = shape;
        Ok(Self { sql: sql.into(), holes, params, verb, lasting, columns: OnceLock::new() })
    }
}

/// What the words seen so far amount to.
#[derive(Default)]
struct Shape {
    verb: Option<Verb>,
    params: usize,
    holes: Vec<Range<usize>>,
    depth: usize,
    ended: bool,
    started: bool,
}

impl Shape {
    fn see(&mut self, token: Token<'_>, sql: &mut String) -> Result<(), SqlError> {
        if self.ended && !matches!(token, Token::Blank(_) | Token::Other(";")) {
            return Err(rejected("one statement at a time"));
        }
        match token {
            Token::Word(word) => self.word(word)?,
            Token::Param(number) => {
                self.params = self.params.max(param_number(number)?);
                sql.push('?');
                self.holes.push(sql.len()..sql.len() + number.len());
            }
            Token::Other(mark) => self.mark(mark)?,
            // What is left open would swallow whatever comes behind it.
            Token::Quoted(_) | Token::Blank(_) if !token.is_closed() => {
                return Err(rejected("a quote or a remark is not closed"));
            }
            Token::Quoted(_) | Token::Blank(_) => {}
        }
        sql.push_str(token.text());
        Ok(())
    }

    /// The first word must begin a statement that features may run; after WITH the main verb comes outside all
    /// brackets.
    fn word(&mut self, word: &str) -> Result<(), SqlError> {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if self.verb.is_none() && self.depth == 0 {
            if ["SELECT", "VALUES"].into_iter().any(is) {
                self.verb = Some(Verb::Reads);
            } else if ["INSERT", "REPLACE", "UPDATE", "DELETE"].into_iter().any(is) {
                self.verb = Some(Verb::Writes);
            } else if !self.started && !is("WITH") {
                return Err(SqlError::Denied);
            }
        }
        self.started = true;
        Ok(())
    }

    fn mark(&mut self, mark: &str) -> Result<(), SqlError> {
        match mark {
            "(" => self.depth += 1,
            ")" => self.depth = self.depth.saturating_sub(1),
            ";" => self.ended = self.started,
            "?" | "@" | ":" | "$" | "#" => return Err(rejected("parameters are written $1, $2, …")),
            _ => {}
        }
        Ok(())
    }
}

fn param_number(digits: &str) -> Result<usize, SqlError> {
    match digits.parse() {
        Ok(number) if (1..=PARAMS).contains(&number) => Ok(number),
        _ => Err(rejected("a parameter's number is out of range")),
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

    fn sql(text: &str) -> String {
        GuestStatement::parse(text).unwrap().sql.trim_start().to_owned()
    }

    #[test]
    fn parameters_are_rewritten_only_where_they_are_parameters() {
        assert_eq!(sql("SELECT $1, $2, $1"), "SELECT ?1, ?2, ?1");
        assert_eq!(sql("SELECT '$1', \"$1\", `$1`, [$1], $1"), "SELECT '$1', \"$1\", `$1`, [$1], ?1");
        assert_eq!(
            sql("SELECT a$1, 'it''s $2' -- $3\n, $1 /* $4 */"),
            "SELECT a$1, 'it''s $2' -- $3\n, ?1 /* $4 */"
        );
        assert_eq!(sql("SELECT 'سلام $1' || $1"), "SELECT 'سلام $1' || ?1");
        assert_eq!(GuestStatement::parse("SELECT $3, $1").unwrap().params, 3);
    }

    #[test]
    fn behind_another_statement_parameters_go_on_counting() {
        let [one, two] = ["UPDATE t SET a = $2, b = '$1' WHERE c = $1 -- $3", "DELETE FROM t WHERE a = $1"]
            .map(|text| GuestStatement::parse(text).unwrap());
        let mut text = String::new();
        one.join(&mut text, 0);
        two.join(&mut text, one.params);
        assert_eq!(
            text,
            " UPDATE t SET a = $2 , b = '$1' WHERE c = $1  -- $3\n; DELETE FROM t WHERE a = $3 "
        );
    }

    #[test]
    fn the_verb_is_found_behind_with() {
        let verb = |text: &str| GuestStatement::parse(text).unwrap().verb;
        assert_eq!(verb("select 1"), Verb::Reads);
        assert_eq!(verb("-- hello\nWITH x(n) AS (SELECT 1) SELECT n FROM x"), Verb::Reads);
        assert_eq!(verb("WITH x AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM x)"), Verb::Writes);
        assert_eq!(verb("INSERT INTO t SELECT 1;  -- done\n ; "), Verb::Writes);
    }

    #[test]
    fn all_other_statements_are_denied() {
        for text in [
            "PRAGMA foreign_keys=OFF",
            "/**/ATTACH 'x' AS y",
            "BEGIN",
            "rollback",
            "EXPLAIN SELECT 1",
            "VACUUM",
        ] {
            assert_eq!(GuestStatement::parse(text).err(), Some(SqlError::Denied), "{text}");
        }
    }

    #[test]
    fn what_sqlx_or_sqlite_would_choke_on_never_arrives() {
        let long = format!("SELECT '{}'", "x".repeat(STATEMENT_BYTES));
        for text in [
            "",
            " -- only a remark",
            "SELECT 1; DELETE FROM t",
            "SELECT ?",
            "SELECT ?1",
            "SELECT :a",
            "SELECT @a",
            "SELECT $0",
            "SELECT $99999999999999999999",
            "SELECT $x",
            "SELECT 1\0",
            "SELECT 1 -- \0 x",
            ";;",
            "DELETE FROM t WHERE a = 'x",
            "DELETE FROM t WHERE a = 'x''",
            "DELETE FROM t WHERE [a = 1",
            "DELETE FROM t /*/",
            "DELETE FROM t /* x",
            long.as_str(),
        ] {
            assert!(matches!(GuestStatement::parse(text), Err(SqlError::Rejected(_))), "{text:.40}");
        }
    }
}
