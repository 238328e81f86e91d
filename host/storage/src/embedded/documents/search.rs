//! A search as one SQL statement. Paths are checked and stand in the text, where indexes can match them; values are
//! always bound.

use std::fmt::Write;

use serde_json::Value;

use super::expression;
use crate::documents::path::Path;
use crate::documents::search::check;
use crate::packed::Params;
use crate::ports::documents::{Comparison, DocumentError, Filter, Order, Search};

/// A statement and what is bound to it.
#[derive(Debug)]
pub struct Compiled {
    /// Its text.
    pub text: String,
    /// Its parameters, in order.
    pub params: Params,
}

/// Compiles a search of a collection whose name was checked.
pub fn compile(collection: &str, search: &Search) -> Result<Compiled, DocumentError> {
    check(search)?;
    let mut sql = Sql { text: String::with_capacity(256), params: Params::new(), bound: 0 };
    // The name stands in the text because partial indexes are chosen by it.
    sql.push(&format!("SELECT id, version, body FROM p2p_documents WHERE collection = '{collection}'"));
    for filter in &search.filters {
        sql.push(" AND ");
        sql.filter(filter)?;
    }
    let keys = sort_keys(&search.order)?;
    if let Some((values, id)) = &search.after {
        sql.push(" AND ");
        sql.after(&keys, values, id)?;
    }
    sql.push(" ORDER BY ");
    for key in &keys {
        sql.push(&format!("{} {}, ", key.value, key.direction()));
    }
    let descending = keys.last().is_some_and(|key| key.descending);
    sql.push(if descending { "id DESC" } else { "id ASC" });
    sql.push(&format!(" LIMIT {}", search.limit));
    Ok(Compiled { text: sql.text, params: sql.params })
}

struct SortKey {
    value: String,
    descending: bool,
}

impl SortKey {
    fn direction(&self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }
}

fn sort_keys(order: &[Order]) -> Result<Vec<SortKey>, DocumentError> {
    let key = |order: &Order| {
        Path::parse(&order.path)
            .map(|path| SortKey { value: expression::value(&path), descending: order.descending })
    };
    order.iter().map(key).collect()
}

struct Sql {
    text: String,
    params: Params,
    bound: usize,
}

impl Sql {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn next_param(&mut self) -> String {
        self.bound += 1;
        format!("${}", self.bound)
    }

    /// Binds a value as SQLite's JSON functions would answer it.
    fn bind(&mut self, value: &Value) -> Result<String, DocumentError> {
        let params = std::mem::take(&mut self.params);
        self.params = match value {
            Value::Null => params.null(),
            Value::Bool(value) => params.bool(*value),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => params.s64(integer),
                None => params.f64(number.as_f64().unwrap_or(f64::MAX)),
            },
            Value::String(text) => params.text(text),
            Value::Array(_) | Value::Object(_) => return Err(rejected("a comparison takes a plain value")),
        };
        Ok(self.next_param())
    }

    fn bind_list(&mut self, values: &[&Value]) -> Result<String, DocumentError> {
        let list = serde_json::to_string(values).map_err(|error| rejected(&error.to_string()))?;
        self.params = std::mem::take(&mut self.params).text(&list);
        Ok(self.next_param())
    }

    fn filter(&mut self, filter: &Filter) -> Result<(), DocumentError> {
        let path = Path::parse(&filter.path)?;
        let condition = match filter.comparison {
            Comparison::Equal => self.equal(&path, &filter.value)?,
            Comparison::NotEqual => format!("({}) IS NOT TRUE", self.equal(&path, &filter.value)?),
            Comparison::Less => self.ordered(&path, "<", &filter.value)?,
            Comparison::LessOrEqual => self.ordered(&path, "<=", &filter.value)?,
            Comparison::Greater => self.ordered(&path, ">", &filter.value)?,
            Comparison::GreaterOrEqual => self.ordered(&path, ">=", &filter.value)?,
            Comparison::AnyOf => self.any_of(&path, &filter.value)?,
            Comparison::Contains => self.contains(&path, &filter.value)?,
        };
        self.push(&format!("({condition})"));
        Ok(())
    }

    /// A missing field is null; values of different kinds are never equal, though SQLite takes true for 1 and an
    /// array for its text.
    fn equal(&mut self, path: &Path<'_>, value: &Value) -> Result<String, DocumentError> {
        if value.is_null() {
            return Ok(format!("{} IS NULL", expression::value(path)));
        }
        let bound = self.bind(value)?;
        Ok(format!(
            "{} = {bound} AND json_type(body, {}) IN ({})",
            expression::value(path),
            expression::literal(path),
            kinds(value)
        ))
    }

    fn ordered(&mut self, path: &Path<'_>, sign: &str, value: &Value) -> Result<String, DocumentError> {
        let bound = self.bind(value)?;
        Ok(format!(
            "{} {sign} {bound} AND json_type(body, {}) IN ({})",
            expression::value(path),
            expression::literal(path),
            kinds(value)
        ))
    }

    fn any_of(&mut self, path: &Path<'_>, value: &Value) -> Result<String, DocumentError> {
        let values = value.as_array().ok_or_else(|| rejected("any-of takes an array"))?;
        let mut either = String::from("0");
        let (listed, single): (Vec<&Value>, Vec<&Value>) =
            values.iter().partition(|value| value.is_string() || value.is_number());
        for kind in [Value::is_string, Value::is_number] {
            let of_kind: Vec<&Value> = listed.iter().copied().filter(|value| kind(value)).collect();
            if let Some(first) = of_kind.first() {
                let list = self.bind_list(&of_kind)?;
                let _ = write!(
                    either,
                    " OR ({} IN (SELECT value FROM json_each({list})) AND json_type(body, {}) IN ({}))",
                    expression::value(path),
                    expression::literal(path),
                    kinds(first)
                );
            }
        }
        for value in single {
            let equal = self.equal(path, value)?;
            let _ = write!(either, " OR ({equal})");
        }
        Ok(either)
    }

    fn contains(&mut self, path: &Path<'_>, value: &Value) -> Result<String, DocumentError> {
        let bound = self.bind(value)?;
        let at = expression::literal(path);
        Ok(format!(
            "json_type(body, {at}) = 'array' AND EXISTS (SELECT 1 FROM json_each(body, {at}) AS element \
             WHERE element.atom IS {bound} AND element.type IN ({}))",
            kinds(value)
        ))
    }

    /// Whatever stands behind the given place: greater in some key and equal in all before it, or equal in all and
    /// behind by id. Missing values stand first.
    fn after(&mut self, keys: &[SortKey], values: &[Value], id: &str) -> Result<(), DocumentError> {
        let mut equal_so_far = String::new();
        let mut either = Vec::with_capacity(keys.len() + 1);
        for (key, value) in keys.iter().zip(values) {
            let bound = self.bind(value)?;
            let behind = match (value.is_null(), key.descending) {
                (true, false) => format!("{} IS NOT NULL", key.value),
                (true, true) => "0".to_owned(),
                (false, false) => format!("{} > {bound}", key.value),
                (false, true) => format!("({0} < {bound} OR {0} IS NULL)", key.value),
            };
            either.push(format!("({equal_so_far}{behind})"));
            let _ = write!(equal_so_far, "{} IS {bound} AND ", key.value);
        }
        let sign = if keys.last().is_some_and(|key| key.descending) { '<' } else { '>' };
        let id = self.bind(&Value::String(id.to_owned()))?;
        either.push(format!("({equal_so_far}id {sign} {id})"));
        self.push(&format!("({})", either.join(" OR ")));
        Ok(())
    }
}

/// SQLite's names of the JSON kinds that a value can be equal to.
fn kinds(value: &Value) -> &'static str {
    match value {
        Value::Null => "'null'",
        Value::Bool(true) => "'true'",
        Value::Bool(false) => "'false'",
        Value::Number(_) => "'integer', 'real'",
        _ => "'text'",
    }
}

fn rejected(why: &str) -> DocumentError {
    DocumentError::Rejected(why.to_owned())
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Executor, Row, SqliteConnection};

    use super::*;
    use crate::embedded::documents::indexes;
    use crate::embedded::migrate::TABLES;
    use crate::ports::migrations::Collection;

    /// How SQLite goes about a search in a collection that is indexed by `author.name`, then `at`.
    async fn plan(search: &Search) -> String {
        let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for step in TABLES {
            sqlite.execute(sqlx::raw_sql(step)).await.unwrap();
        }
        let paths = vec!["author.name".to_owned(), "at".to_owned()];
        let collection = Collection { name: "posts".to_owned(), indexes: vec![paths] };
        for index in indexes::wanted(&[collection]).unwrap() {
            sqlite.execute(sqlx::raw_sql(AssertSqlSafe(index.text))).await.unwrap();
        }
        let text = format!("EXPLAIN QUERY PLAN {}", compile("posts", search).unwrap().text);
        let rows = sqlite.fetch_all(sqlx::raw_sql(AssertSqlSafe(text))).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("; ")
    }

    #[tokio::test]
    async fn a_declared_index_is_used_for_filter_and_order() {
        let by = |comparison, value| Filter { path: "author.name".to_owned(), comparison, value };
        let newest = Order { path: "at".to_owned(), descending: true };
        let search = Search {
            filters: vec![by(Comparison::Equal, "Ada".into())],
            order: vec![newest],
            limit: 20,
            after: Some((vec![7.into()], "x".to_owned())),
        };
        let plan = plan(&search).await;
        assert!(plan.contains("USING INDEX p2p_documents_by_"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
