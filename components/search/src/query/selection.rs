//! The statement that finds candidates: what the words meet, the caller may see and the filters let pass, the best or the
//! newest first, and never more than a thousand. Its text depends on which filters are given, never on their values.

use std::fmt::Write;

use p2p_sdk::host::Dialect;
use p2p_sdk::{Param, Params};

use super::Scope;
use super::asked::{Asked, Sort};
use super::viewer::Viewer;

/// How many candidates are looked at.
pub const MOST: usize = 1_000;

const COLUMNS: &str = "id, kind, author_id, title, category, industry, city, tags, technologies, created_at";

/// A statement and its parameters.
#[derive(Debug)]
pub struct Statement {
    pub text: String,
    pub params: Params,
}

/// Finds `most` candidates that an expression meets.
pub fn select(
    dialect: Dialect,
    expression: &str,
    (scope, asked, viewer): (Scope, &Asked, Viewer),
    most: usize,
) -> Statement {
    let mut bound = Bound::default();
    bound.bind(expression);
    let mut text = format!("SELECT {COLUMNS} FROM {}", matched(dialect));
    conditions(&mut text, &mut bound, scope, asked, viewer);
    let closest = match dialect {
        Dialect::Sqlite => "bm25(entry_words, 8.0, 4.0, 1.0)",
        Dialect::Postgres => "ts_rank(words, CAST(CAST($1 AS TEXT) AS TSQUERY), 1) DESC",
    };
    let limit = bound.bind(&i64::try_from(most).unwrap_or(0));
    let _ = match asked.sort {
        Sort::Relevance => write!(text, " ORDER BY {closest}, created_at DESC, id DESC LIMIT ${limit}"),
        Sort::Date => write!(text, " ORDER BY created_at DESC, id DESC LIMIT ${limit}"),
    };
    Statement { text, params: bound.params }
}

const fn matched(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "entry_words JOIN entries ON entries.number = entry_words.rowid WHERE entry_words MATCH $1 AND gone = FALSE"
        }
        Dialect::Postgres => "entries WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) AND gone = FALSE",
    }
}

fn conditions(text: &mut String, bound: &mut Bound, scope: Scope, asked: &Asked, viewer: Viewer) {
    if scope != Scope::Everything {
        let kinds: Vec<String> = scope.kinds().iter().map(|kind| format!("'{}'", kind.as_str())).collect();
        let _ = write!(text, " AND kind IN ({})", kinds.join(", "));
    }
    match viewer {
        Viewer::Outsider => text.push_str(" AND shown_to IS NULL"),
        Viewer::Member(own) => {
            let own = bound.bind(&own);
            let _ = write!(text, " AND (shown_to IS NULL OR shown_to = ${own})");
        }
        Viewer::PlatformAdmin => {}
    }
    let mut narrow = |before: &str, number: u32, after: &str| {
        let _ = write!(text, " AND {before} ${number}{after}");
    };
    if let Some(category) = &asked.category {
        narrow("category =", bound.bind(category), "");
    }
    if let Some(tag) = &asked.tag {
        narrow("tags LIKE", bound.bind(&within(tag)), " ESCAPE '!'");
    }
    if let Some(from) = &asked.from {
        narrow("created_at >=", bound.bind(from), "");
    }
    if let Some(before) = &asked.before {
        narrow("created_at <", bound.bind(before), "");
    }
    if let Some(answered) = &asked.answered {
        narrow("answered =", bound.bind(answered), "");
    }
    any(text, bound, "industry =", &asked.industry, "");
    any(text, bound, "city =", &asked.city, "");
    let technologies: Vec<String> = asked.technology.iter().map(|technology| within(technology)).collect();
    any(text, bound, "technologies LIKE", &technologies, " ESCAPE '!'");
}

/// One of several values.
fn any(text: &mut String, bound: &mut Bound, before: &str, values: &[String], after: &str) {
    let one_of: Vec<String> =
        values.iter().map(|value| format!("{before} ${}{after}", bound.bind(value))).collect();
    if !one_of.is_empty() {
        let _ = write!(text, " AND ({})", one_of.join(" OR "));
    }
}

/// A pattern that finds a whole label among others. Labels are letters, digits and hyphens: nothing LIKE would read.
fn within(label: &str) -> String {
    format!("%\n{label}\n%")
}

/// Parameters and how many they are.
#[derive(Debug, Default)]
struct Bound {
    params: Params,
    count: u32,
}

impl Bound {
    /// Adds a parameter; answers its number.
    fn bind(&mut self, value: &(impl Param + ?Sized)) -> u32 {
        self.params.push(value);
        self.count += 1;
        self.count
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::Uuid;

    use super::super::asked::Filter;
    use super::*;
    use crate::fixture::Index;

    fn asked(word: &str) -> Asked {
        let many = vec![word.to_owned(), "other".to_owned()];
        let filter = Filter {
            q: Some("pump".into()),
            category: Some(word.into()),
            tag: Some(word.into()),
            from: Some("2026-01-01".into()),
            to: Some("2026-01-02".into()),
            industry: many.clone(),
            technology: many.clone(),
            city: many,
            answered: Some(true),
            ..Filter::default()
        };
        filter.normalize().unwrap()
    }

    fn statement(word: &str, dialect: Dialect) -> Statement {
        select(dialect, "\"pump\"", (Scope::Forums, &asked(word), Viewer::Member(Uuid::NIL)), MOST)
    }

    #[test]
    fn values_never_become_text() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            assert_eq!(statement("a", dialect).text, statement("'; DROP TABLE entries; --", dialect).text);
        }
    }

    #[test]
    fn entries_are_reached_through_the_words() {
        let index = Index::new();
        let statement = statement("a", Dialect::Sqlite);
        let rows = index.host.query(&format!("EXPLAIN QUERY PLAN {}", statement.text), &statement.params);
        let steps: Vec<String> = rows
            .read(|row| {
                let _: (i64, i64, i64) = (row.get()?, row.get()?, row.get()?);
                row.get()
            })
            .unwrap();
        assert!(steps[0].contains("entry_words VIRTUAL TABLE INDEX"), "{steps:?}");
        assert!(steps[1].contains("SEARCH entries USING INTEGER PRIMARY KEY"), "{steps:?}");
    }
}
