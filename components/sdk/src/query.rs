//! A statement that reads, put together with its parameters, so that their numbers agree. Its text may depend on which
//! parameters there are, never on their values.

use crate::packed::{Param, Params, Rows};
use crate::{Ctx, PageRequest, Problem};

/// A statement and its parameters: `query.bind(&id)` answers the number that stands for it in the text.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// SQL.
    pub text: String,
    /// What its `$n` stand for.
    pub params: Params,
    count: u32,
}

impl Query {
    /// Begins with this text.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Adds text.
    pub fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a parameter; answers its number.
    pub fn bind(&mut self, value: &(impl Param + ?Sized)) -> u32 {
        self.params.push(value);
        self.count += 1;
        self.count
    }

    /// The same behind other text, for what is put together from its end: conditions before the columns.
    #[must_use]
    pub fn behind(mut self, text: &str) -> Self {
        self.text.insert_str(0, text);
        self
    }

    /// The page that was asked for of what it finds, in this order, and one row more.
    #[must_use]
    pub fn page(mut self, order: &str, wanted: &PageRequest) -> Self {
        let limit = self.bind(&wanted.fetch());
        self.add(&format!(" ORDER BY {order} LIMIT ${limit}"));
        if wanted.offset > 0 {
            let offset = self.bind(&wanted.offset);
            self.add(&format!(" OFFSET ${offset}"));
        }
        self
    }

    /// How many it finds, counted no further than a list reaches; see `number`.
    #[must_use]
    pub fn counted(mut self) -> Self {
        let limit = self.bind(&PageRequest::count_limit());
        self.add(&format!(" LIMIT ${limit}) AS counted"));
        self.behind("SELECT count(*) FROM (")
    }

    /// What it finds.
    pub async fn rows(&self, ctx: &Ctx) -> Result<Rows, Problem> {
        Ok(ctx.sql().query(&self.text, &self.params).await?)
    }

    /// The one number it finds, none being zero.
    pub async fn number(&self, ctx: &Ctx) -> Result<i64, Problem> {
        Ok(self.rows(ctx).await?.value()?.unwrap_or(0))
    }
}

/// Words for a pattern of `LIKE … ESCAPE '!'`: what it takes for wildcards stands for itself.
pub fn escape_like(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;

    #[test]
    fn parameters_are_numbered_in_their_order() {
        let mut query = Query::new("SELECT 1 WHERE ");
        let (one, two) = (query.bind("a"), query.bind(&None::<i64>));
        query.add(&format!("${one} = ${two}"));
        assert_eq!(query.bind(&1i64), 3);
        assert_eq!(query.text, "SELECT 1 WHERE $1 = $2");
        assert_eq!(query.params, params!["a", None::<i64>, 1i64]);
    }

    #[test]
    fn a_page_begins_where_it_was_asked_for() {
        let query = |offset| {
            Query::new("SELECT id FROM a")
                .page("id", &PageRequest { limit: 20, cursor: None, offset, count: false })
        };
        assert_eq!(query(0).text, "SELECT id FROM a ORDER BY id LIMIT $1");
        assert_eq!(query(20).text, "SELECT id FROM a ORDER BY id LIMIT $1 OFFSET $2");
        assert_eq!(query(20).params, params![21i64, 20i64]);
        let counted = Query::new("SELECT id FROM a").counted();
        assert_eq!(counted.text, "SELECT count(*) FROM (SELECT id FROM a LIMIT $1) AS counted");
        assert_eq!(counted.params, params![10_001i64]);
    }

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(escape_like("100%_!"), "100!%!_!!");
    }
}
