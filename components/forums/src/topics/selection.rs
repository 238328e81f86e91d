//! The statement of a list: what the caller may see, narrowed by a filter, in an order that an index serves. One plain
//! statement, because both engines read it in order and stop at the limit; PostgreSQL reads and sorts all of a union. The
//! text depends on which filters are given, never on their values.

use std::fmt::Write;

use p2p_sdk::{Actor, Cursor, PageRequest, Param, Problem, Query, Timestamp, Uuid, Viewer, escape_like};

use super::filter::{Filter, Sort};
use super::row::columns;
use super::visibility;

/// Topics the caller may see that pass a filter.
#[derive(Debug, Clone)]
pub struct Selection {
    sort: Sort,
    /// Whose bookmarks are shown.
    user: Uuid,
    /// Conditions, each led by `AND`.
    narrowed: Query,
}

impl Selection {
    /// What this caller sees through this filter.
    pub fn new(filter: &Filter, actor: &Actor) -> Self {
        let viewer = Viewer::of(actor);
        let mut selection = Self { sort: filter.sort, user: actor.user_id, narrowed: Query::default() };
        visibility::narrow(&mut selection.narrowed, viewer);
        selection.narrow("category =", filter.category.as_ref(), "");
        selection.narrow("created_by =", filter.author.as_ref(), "");
        selection.narrow("created_by =", filter.mine.then_some(&actor.user_id), "");
        selection.narrow("is_pinned =", filter.pinned.as_ref(), "");
        selection.narrow("has_best_answer =", filter.answered.as_ref(), "");
        selection.narrow("id IN (SELECT topic_id FROM topic_tags WHERE tag =", filter.tag.as_ref(), ")");
        let pattern = filter.search.as_deref().map(|words| format!("%{}%", escape_like(words)));
        selection.narrow("title_folded LIKE", pattern.as_ref(), " ESCAPE '!'");
        selection
    }

    /// The page that was asked for and one row more.
    pub fn page(mut self, wanted: &PageRequest) -> Result<Query, Problem> {
        if let Some(cursor) = &wanted.cursor {
            self.go_on(cursor)?;
        }
        let columns = columns(self.narrowed.bind(&self.user));
        let order = format!("is_pinned DESC, {} DESC, id DESC", self.sort.column());
        Ok(self.select(&columns).page(&order, wanted))
    }

    /// How many there are, counted no further than a list reaches.
    pub fn count(self) -> Query {
        self.select("id").counted()
    }

    fn narrow<T: Param>(&mut self, before: &str, value: Option<&T>, after: &str) {
        if let Some(value) = value {
            let number = self.narrowed.bind(value);
            let _ = write!(self.narrowed.text, " AND {before} ${number}{after}");
        }
    }

    /// Only what stands behind the cursor.
    fn go_on(&mut self, cursor: &Cursor) -> Result<(), Problem> {
        let list = self.sort.list();
        let [first, value, id] = match self.sort {
            Sort::Latest => self.bind_place(cursor.read::<(bool, Timestamp, Uuid)>(list)?),
            Sort::Popular | Sort::Trending => self.bind_place(cursor.read::<(bool, i64, Uuid)>(list)?),
        };
        let order = self.sort.column();
        let _ = write!(self.narrowed.text, " AND (is_pinned, {order}, id) < (${first}, ${value}, ${id})");
        Ok(())
    }

    fn bind_place(&mut self, (is_pinned, value, id): (bool, impl Param, Uuid)) -> [u32; 3] {
        [self.narrowed.bind(&is_pinned), self.narrowed.bind(&value), self.narrowed.bind(&id)]
    }

    fn select(self, columns: &str) -> Query {
        self.narrowed.behind(&format!("SELECT {columns} FROM topics WHERE status <> 'deleted'"))
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::params;

    use super::*;
    use crate::fixture::Forum;

    fn plan(forum: &Forum, query: &Query) -> Vec<String> {
        forum.host.plan(&query.text, &query.params)
    }

    fn filters() -> Vec<Filter> {
        let with = |change: fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            filter
        };
        vec![
            Filter::default(),
            with(|filter| filter.category = Some("quality".into())),
            with(|filter| filter.search = Some("pump".into())),
            with(|filter| filter.author = Some(Uuid::NIL)),
            with(|filter| filter.mine = true),
            with(|filter| filter.pinned = Some(true)),
            with(|filter| filter.answered = Some(false)),
            with(|filter| filter.tag = Some("safety".into())),
        ]
    }

    fn wanted(cursor: Option<Cursor>) -> PageRequest {
        PageRequest { limit: 20, cursor, offset: 0, count: false }
    }

    fn place(sort: Sort) -> Cursor {
        let values = match sort {
            Sort::Latest => params![false, Timestamp(7), Uuid::NIL],
            Sort::Popular | Sort::Trending => params![false, 7i64, Uuid::NIL],
        };
        Cursor::new(sort.list(), values)
    }

    /// A filter in every order, for callers who see more and less, with and without a cursor.
    fn pages(forum: &Forum, filter: &Filter) -> Vec<Query> {
        let mut pages = Vec::new();
        for sort in [Sort::Latest, Sort::Popular, Sort::Trending] {
            let filter = Filter { sort, ..filter.clone() };
            for actor in [&forum.huda, &forum.platform_admin] {
                let selection = Selection::new(&filter, actor);
                pages.push(selection.clone().page(&wanted(None)).unwrap());
                pages.push(selection.page(&wanted(Some(place(sort)))).unwrap());
            }
        }
        pages
    }

    #[test]
    fn every_list_is_read_through_an_index() {
        let forum = Forum::new();
        for page in filters().iter().flat_map(|filter| pages(&forum, filter)) {
            let steps = plan(&forum, &page);
            let topics: Vec<_> = steps.iter().filter(|step| step.contains(" topics ")).collect();
            assert_eq!(topics.len(), 1, "{} {steps:?}", page.text);
            assert!(topics[0].contains(" topics USING INDEX "), "{} {steps:?}", page.text);
        }
    }

    /// No step gathers all rows to sort them, so that a page costs the same however many topics there are.
    #[test]
    fn lists_come_in_order_and_go_on_at_the_cursor() {
        let forum = Forum::new();
        for page in pages(&forum, &Filter::default()) {
            let (steps, goes_on) = (plan(&forum, &page), page.text.contains(" < ("));
            assert_eq!(steps.len(), 3, "{} {steps:?}", page.text);
            assert!(steps[1].starts_with("CORRELATED") && steps[2].contains("(user_id=? AND topic_id=?)"));
            assert_eq!(
                steps[0].starts_with("SEARCH") && steps[0].contains(",id)<(?,?,?)"),
                goes_on,
                "{steps:?}"
            );
        }
    }

    #[test]
    fn values_never_become_text() {
        let forum = Forum::new();
        let filter = |word: &str| Filter {
            category: Some(word.into()),
            tag: Some(word.into()),
            search: Some(word.into()),
            ..Filter::default()
        };
        let text = |word| Selection::new(&filter(word), &forum.huda).page(&wanted(None)).unwrap().text;
        assert_eq!(text("a"), text("'; DROP TABLE topics; --"));
    }
}
