//! What a statement takes and answers, as the server itself says it, and the form in which it is run: bounded, so that
//! no single row can be larger than an answer may be.

use std::fmt::Write as _;
use std::sync::Arc;

use sqlx::postgres::PgStatement;
use sqlx::{Column as _, Either, Statement as _, TypeInfo as _};

use super::kinds::Kind;
use super::params::Place;
use crate::ports::sql::SqlError;

/// Bytes of a compressed JSON value that cannot hide an answer's limit: it shrinks to a hundredth at best.
const PLAIN_JSON: usize = 16 << 10;

/// See the module.
#[derive(Debug)]
pub struct Shape {
    /// The text that is run.
    pub sql: Arc<str>,
    /// One per parameter.
    pub places: Vec<Place>,
    /// One per column.
    pub kinds: Vec<Kind>,
    /// Their names.
    pub names: Vec<String>,
}

impl Shape {
    /// Of a statement that runs as it is.
    pub fn plain(prepared: &PgStatement, sql: &Arc<str>) -> Result<Self, SqlError> {
        let infos = match prepared.parameters() {
            Some(Either::Left(infos)) => infos,
            _ => &[],
        };
        let place = |(info, number): (&sqlx::postgres::PgTypeInfo, usize)| match Kind::of(info) {
            Some(kind) => Ok(Place { info: info.clone(), kind }),
            None => Err(foreign(&format!("parameter ${number}"), info)),
        };
        let places = infos.iter().zip(1..).map(place).collect::<Result<_, _>>()?;
        let columns = prepared.columns();
        let kind = |column: &sqlx::postgres::PgColumn| {
            Kind::of(column.type_info()).ok_or_else(|| foreign(column.name(), column.type_info()))
        };
        Ok(Self {
            sql: Arc::clone(sql),
            places,
            kinds: columns.iter().map(kind).collect::<Result<_, _>>()?,
            names: columns.iter().map(|column| column.name().to_owned()).collect(),
        })
    }

    /// Of a statement that reads, whose rows may have so many bytes each. The server measures each row before it sends
    /// it, and asks `<schema>.p2p_too_large` about a larger one.
    pub fn bounded(
        prepared: &PgStatement,
        sql: &Arc<str>,
        schema: &str,
        most: usize,
    ) -> Result<Self, SqlError> {
        let shape = Self::plain(prepared, sql)?;
        if !shape.kinds.iter().any(|kind| kind.is_unbounded()) {
            return Ok(shape);
        }
        let (mut names, mut size) = (String::new(), String::from("0::bigint"));
        for (kind, number) in shape.kinds.iter().zip(1..) {
            let _ = write!(names, "{}c{number}", if number == 1 { "" } else { ", " });
            let _ = match kind {
                Kind::Text | Kind::Bytea => write!(size, " + coalesce(octet_length(c{number}), 0)"),
                Kind::Json => write!(size, " + coalesce(octet_length(c{number}::text), 0)"),
                Kind::Jsonb => write!(
                    size,
                    " + coalesce(CASE WHEN pg_column_size(c{number}) < {PLAIN_JSON} THEN pg_column_size(c{number}) \
                     ELSE octet_length(c{number}::text) END, 0)"
                ),
                _ => Ok(()),
            };
        }
        // OFFSET keeps the measuring outside: inside it could meet rows that are not part of the answer.
        let sql = format!(
            "SELECT * FROM (SELECT * FROM (\n{sql}\n) AS answer ({names}) OFFSET 0) AS bounded \
             WHERE CASE WHEN {size} <= {most} THEN true ELSE {schema}.p2p_too_large() END"
        );
        Ok(Self { sql: sql.into(), ..shape })
    }

    /// Of a statement that writes. What it would answer is counted by the server, and not sent.
    pub fn counted(prepared: &PgStatement, sql: &Arc<str>) -> Result<Self, SqlError> {
        if prepared.columns().is_empty() {
            return Self::plain(prepared, sql);
        }
        let places = Self::plain(prepared, sql)?.places;
        let sql = format!("WITH changed AS (\n{sql}\n) SELECT count(*) FROM changed");
        Ok(Self { sql: sql.into(), places, kinds: vec![Kind::Int8], names: Vec::new() })
    }
}

fn foreign(what: &str, info: &sqlx::postgres::PgTypeInfo) -> SqlError {
    let name = info.name();
    SqlError::Rejected(format!("{what} has the type {name}, which does not travel: cast it, e.g. to text"))
}
