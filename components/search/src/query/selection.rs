//! The statement that finds candidates: what the words meet, the caller may see and the filters let pass, the best or the
//! newest first, and never more than five hundred. Its text depends on which filters are given, never on their values.

use std::fmt::Write;

use p2p_sdk::host::Dialect;
use p2p_sdk::{Param, Query, Viewer};

use super::Scope;
use super::asked::{Asked, Sort};

/// How many candidates are looked at.
pub const MOST: usize = 500;

const COLUMNS: &str = "id, kind, author_id, title, category, industry, city, tags, technologies, created_at";

/// Finds `most` candidates that an expression meets. SQLite weighs entries one by one: of what is met very often only the
/// newest are weighed, and besides them the newest in whose title or labels every word is met.
pub fn select(
    dialect: Dialect,
    expression: &str,
    (scope, asked, viewer): (Scope, &Asked, Viewer),
    most: usize,
) -> Query {
    let mut query = Query::default();
    query.bind(expression);
    conditions(&mut query, scope, asked, viewer);
    let limit = query.bind(&i64::try_from(most).unwrap_or(0));
    let order = match (asked.sort, dialect) {
        (Sort::Relevance, Dialect::Sqlite) => {
            let heads = query.bind(&format!("{{title_words tag_words}} : ({expression})"));
            let [heads, all] = [heads, 1].map(|number| newest(number, &query.text, limit));
            query.text = format!("SELECT {COLUMNS} FROM ({heads} UNION ALL {all}) GROUP BY {COLUMNS}");
            "min(far), created_at DESC, id DESC"
        }
        (Sort::Relevance, Dialect::Postgres) => {
            query = query.behind(&format!("SELECT {COLUMNS} FROM {}", matched(dialect)));
            "ts_rank(words, CAST(CAST($1 AS TEXT) AS TSQUERY), 1) DESC, created_at DESC, id DESC"
        }
        (Sort::Date, _) => {
            query = query.behind(&format!("SELECT {COLUMNS} FROM {}", matched(dialect)));
            "created_at DESC, id DESC"
        }
    };
    query.add(&format!(" ORDER BY {order} LIMIT ${limit}"));
    query
}

/// The newest entries that the expression under this number meets, and how far each is from it.
fn newest(expression: u32, passing: &str, limit: u32) -> String {
    format!(
        "SELECT * FROM (SELECT {COLUMNS}, bm25(entry_words, 8.0, 4.0, 1.0) AS far \
        FROM entry_words JOIN entries ON entries.number = entry_words.rowid \
        WHERE entry_words MATCH ${expression} AND gone = FALSE{passing} ORDER BY entry_words.rowid DESC LIMIT ${limit})"
    )
}

const fn matched(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "entry_words JOIN entries ON entries.number = entry_words.rowid WHERE entry_words MATCH $1 AND gone = FALSE"
        }
        Dialect::Postgres => "entries WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) AND gone = FALSE",
    }
}

fn conditions(query: &mut Query, scope: Scope, asked: &Asked, viewer: Viewer) {
    if scope != Scope::Everything {
        let kinds: Vec<String> = scope.kinds().iter().map(|kind| format!("'{}'", kind.as_str())).collect();
        let _ = write!(query.text, " AND kind IN ({})", kinds.join(", "));
    }
    match viewer {
        Viewer::Outsider => query.add(" AND shown_to IS NULL"),
        Viewer::Member(own) => {
            let own = query.bind(&own);
            let _ = write!(query.text, " AND (shown_to IS NULL OR shown_to = ${own})");
        }
        Viewer::PlatformAdmin => {}
    }
    if let Some(category) = &asked.category {
        narrow(query, "category =", category, "");
    }
    if let Some(tag) = &asked.tag {
        narrow(query, "tags LIKE", &within(tag), " ESCAPE '!'");
    }
    if let Some(from) = &asked.from {
        narrow(query, "created_at >=", from, "");
    }
    if let Some(before) = &asked.before {
        narrow(query, "created_at <", before, "");
    }
    if let Some(answered) = &asked.answered {
        narrow(query, "answered =", answered, "");
    }
    any(query, "industry =", &asked.industry, "");
    any(query, "city =", &asked.city, "");
    let technologies: Vec<String> = asked.technology.iter().map(|technology| within(technology)).collect();
    any(query, "technologies LIKE", &technologies, " ESCAPE '!'");
}

/// This value.
fn narrow(query: &mut Query, before: &str, value: &impl Param, after: &str) {
    let number = query.bind(value);
    let _ = write!(query.text, " AND {before} ${number}{after}");
}

/// One of several values.
fn any(query: &mut Query, before: &str, values: &[String], after: &str) {
    let one_of: Vec<String> =
        values.iter().map(|value| format!("{before} ${}{after}", query.bind(value))).collect();
    if !one_of.is_empty() {
        let _ = write!(query.text, " AND ({})", one_of.join(" OR "));
    }
}

/// A pattern that finds a whole label among others. Labels are letters, digits and hyphens: nothing LIKE would read.
fn within(label: &str) -> String {
    format!("%\n{label}\n%")
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

    fn statement(word: &str, dialect: Dialect) -> Query {
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
        let steps = index.host.plan(&statement.text, &statement.params);
        let reached = |wanted: &str| steps.iter().filter(|step| step.contains(wanted)).count();
        assert_eq!(reached("entry_words VIRTUAL TABLE INDEX"), 2, "{steps:?}");
        assert_eq!(reached("SEARCH entries USING INTEGER PRIMARY KEY"), 2, "{steps:?}");
        // What is sorted is what was kept of either: words are read in the order of their entries, newest first.
        assert_eq!((reached("TEMP B-TREE"), reached("TEMP B-TREE FOR GROUP BY")), (2, 1), "{steps:?}");
    }
}
