//! A search as one SQL statement. Paths are checked and stand in the text, where indexes can match them; values are
//! always bound.

use serde_json::Value;

use super::expression;
use crate::documents::path::Path;
use crate::documents::search;
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
    search::check(search)?;
    let mut sql = Sql { text: String::with_capacity(512), params: Params::new(), bound: 0 };
    // The name stands in the text because partial indexes are chosen by it.
    sql.push(&format!(
        "SELECT id, version, body::text FROM {{schema}}.p2p_documents WHERE collection = '{collection}'"
    ));
    for filter in &search.filters {
        let condition = sql.filter(filter)?;
        sql.push(&format!(" AND ({condition})"));
    }
    let keys = sort_keys(&search.order)?;
    if let Some((values, id)) = &search.after {
        let condition = sql.after(&keys, values, id);
        sql.push(&format!(" AND {condition}"));
    }
    sql.push(" ORDER BY ");
    for sort in &keys {
        let (key, direction) = (&sort.key, sort.direction());
        // The first is what an index has; the second tells apart what is longer than that.
        sql.push(&format!("{} {direction}, {key} {direction}, ", expression::beginning(key)));
    }
    let descending = keys.last().is_some_and(|key| key.descending);
    sql.push(if descending { "id DESC" } else { "id ASC" });
    sql.push(&format!(" LIMIT {}", search.limit));
    Ok(Compiled { text: sql.text, params: sql.params })
}

struct SortKey {
    key: String,
    descending: bool,
}

impl SortKey {
    fn direction(&self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }

    fn behind(&self) -> char {
        if self.descending { '<' } else { '>' }
    }
}

fn sort_keys(order: &[Order]) -> Result<Vec<SortKey>, DocumentError> {
    let key = |order: &Order| {
        Path::parse(&order.path)
            .map(|path| SortKey { key: expression::key(&path), descending: order.descending })
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

    fn next_param(&mut self, params: impl FnOnce(Params) -> Params) -> String {
        self.params = params(std::mem::take(&mut self.params));
        self.bound += 1;
        format!("${}", self.bound)
    }

    /// Binds a value as JSON.
    fn json(&mut self, value: &Value) -> String {
        let text = value.to_string();
        let param = self.next_param(|params| params.json(text.as_bytes()));
        format!("{param}::jsonb")
    }

    /// Binds a value as its sort key.
    fn key(&mut self, value: &Value) -> String {
        let value = self.json(value);
        format!("{{schema}}.p2p_key({value}) COLLATE \"C\"")
    }

    fn filter(&mut self, filter: &Filter) -> Result<String, DocumentError> {
        let path = Path::parse(&filter.path)?;
        let found = expression::key(&path);
        Ok(match filter.comparison {
            Comparison::Equal => {
                let wanted = self.key(&filter.value);
                // By the index first, then exactly.
                let begins = expression::beginning(&wanted);
                format!("{} = {begins} AND {found} = {wanted}", expression::beginning(&found))
            }
            Comparison::NotEqual => format!("{found} <> {}", self.key(&filter.value)),
            Comparison::Less => self.ordered(&found, "<", &filter.value),
            Comparison::LessOrEqual => self.ordered(&found, "<=", &filter.value),
            Comparison::Greater => self.ordered(&found, ">", &filter.value),
            Comparison::GreaterOrEqual => self.ordered(&found, ">=", &filter.value),
            Comparison::AnyOf => {
                let list = self.json(&filter.value);
                let keys = format!(
                    "ARRAY(SELECT {{schema}}.p2p_key(one) FROM jsonb_array_elements({list}) AS any_of (one))"
                );
                format!("{found} = ANY ({keys})")
            }
            Comparison::Contains => {
                let (at, wanted) = (expression::value(&path), self.json(&filter.value));
                format!("jsonb_typeof({at}) = 'array' AND {at} @> {wanted}")
            }
        })
    }

    /// Among values of its own kind only: keys of numbers begin with 0, 1 and 2, those of strings with 3.
    fn ordered(&mut self, found: &str, sign: &str, value: &Value) -> String {
        let (from, to) = if value.is_string() { ('3', '4') } else { ('0', '3') };
        let wanted = self.key(value);
        format!("{found} {sign} {wanted} AND {found} >= '{from}' AND {found} < '{to}'")
    }

    /// Whatever stands behind the given place: behind in some key and equal in all before it, or equal in all and behind
    /// by id.
    fn after(&mut self, keys: &[SortKey], values: &[Value], id: &str) -> String {
        let mut equal_so_far = String::new();
        let mut either = Vec::with_capacity(keys.len() + 1);
        let mut bound = String::new();
        for (key, value) in keys.iter().zip(values) {
            let wanted = self.key(value);
            if bound.is_empty() {
                // Implied by the rest, and what an index can begin at.
                let (found, wanted) = (expression::beginning(&key.key), expression::beginning(&wanted));
                bound = format!("{found} {}= {wanted} AND ", key.behind());
            }
            either.push(format!("({equal_so_far}{} {} {wanted})", key.key, key.behind()));
            equal_so_far.push_str(&format!("{} = {wanted} AND ", key.key));
        }
        let sign = keys.last().map_or('>', SortKey::behind);
        let id = self.next_param(|params| params.text(id));
        either.push(format!("({equal_so_far}id {sign} {id})"));
        format!("{bound}({})", either.join(" OR "))
    }
}
