//! The statement of a list: what the caller may see, narrowed by a filter, in an order that an index serves. The text
//! depends on which filters are given, never on their values.

use std::fmt::Write;

use p2p_sdk::{Cursor, PageRequest, Param, Problem, Query, Timestamp, Uuid, escape_like};

use super::card::{Status, columns};
use super::filter::{Bbox, Narrowed, Sort};
use super::viewer::Viewer;

/// Use cases the caller may see that pass a filter.
#[derive(Debug, Clone)]
pub struct Selection {
    sort: Sort,
    /// Whose likes and bookmarks are shown.
    user: Uuid,
    /// Conditions, joined by `AND`.
    narrowed: Query,
}

impl Selection {
    /// What this caller sees through this filter.
    pub fn new(filter: &Narrowed, viewer: Viewer) -> Self {
        let (sort, user) = (filter.sort, viewer.user());
        let mut selection = Self { sort, user, narrowed: Query::default() };
        selection.admit(filter, viewer);
        if let Some(organization) = &filter.organization_id {
            let number = selection.narrowed.bind(organization);
            selection.and(&format!("organization_id = ${number}"));
        }
        for (kind, terms) in &filter.terms {
            selection.narrow(kind, terms);
        }
        for word in &filter.words {
            let number = selection.narrowed.bind(&format!("%{}%", escape_like(word)));
            selection.and(&format!("words LIKE ${number} ESCAPE '!'"));
        }
        if let Some(bbox) = filter.bbox {
            selection.within(bbox);
        }
        selection
    }

    /// Which states, and whose.
    fn admit(&mut self, filter: &Narrowed, viewer: Viewer) {
        let status = filter.status.or((!filter.mine).then_some(Status::Published));
        if let Some(status) = status {
            self.and(&format!("status = '{}'", status.as_str()));
        }
        if filter.mine {
            let user = self.user;
            let number = self.narrowed.bind(&user);
            self.and(&format!("submitted_by = ${number}"));
        } else if status != Some(Status::Published)
            && let Some(own) = viewer.own(&mut self.narrowed)
        {
            self.and(&own);
        }
    }

    fn and(&mut self, condition: &str) {
        let joint = if self.narrowed.text.is_empty() { "" } else { " AND " };
        let _ = write!(self.narrowed.text, "{joint}{condition}");
    }

    /// Only what has one of these terms.
    fn narrow(&mut self, kind: &str, terms: &[String]) {
        let numbers: Vec<_> = terms.iter().map(|term| format!("${}", self.narrowed.bind(term))).collect();
        let terms = numbers.join(", ");
        self.and(&format!(
            "id IN (SELECT use_case_id FROM use_case_terms WHERE kind = '{kind}' AND term IN ({terms}))"
        ));
    }

    /// Only what lies in this part of the map, which may reach across the date line.
    fn within(&mut self, Bbox { west, south, east, north }: Bbox) {
        let [south, north, from, to] = [south, north, west, east].map(|side| self.narrowed.bind(&side));
        let joint = if west <= east { "AND" } else { "OR" };
        self.and(&format!(
            "latitude >= ${south} AND latitude <= ${north} AND (longitude >= ${from} {joint} longitude <= ${to})"
        ));
    }

    /// The page that was asked for and one row more.
    pub fn page(mut self, wanted: &PageRequest) -> Result<Query, Problem> {
        if let Some(cursor) = &wanted.cursor {
            self.go_on(cursor)?;
        }
        let columns = columns(self.narrowed.bind(&self.user));
        let order = format!("{} DESC, id DESC", self.sort.column());
        Ok(self.select(&columns).page(&order, wanted))
    }

    /// How many there are, counted no further than a list reaches.
    pub fn count(self) -> Query {
        self.select("id").counted()
    }

    /// Only what stands behind the cursor.
    fn go_on(&mut self, cursor: &Cursor) -> Result<(), Problem> {
        let list = self.sort.list();
        let (value, id) = match self.sort {
            Sort::Newest => self.bind_place(cursor.read::<(Timestamp, Uuid)>(list)?),
            Sort::MostViewed | Sort::MostLiked => self.bind_place(cursor.read::<(i64, Uuid)>(list)?),
        };
        let order = self.sort.column();
        self.and(&format!("({order}, id) < (${value}, ${id})"));
        Ok(())
    }

    fn bind_place(&mut self, (value, id): (impl Param, Uuid)) -> (u32, u32) {
        (self.narrowed.bind(&value), self.narrowed.bind(&id))
    }

    fn select(self, columns: &str) -> Query {
        self.narrowed.behind(&format!("SELECT {columns} FROM use_cases WHERE "))
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::params;

    use super::*;
    use crate::fixture::Atlas;

    const USER: Uuid = Uuid::from_bytes([1; 16]);

    fn plan(atlas: &Atlas, query: &Query) -> Vec<String> {
        atlas.host.plan(&query.text, &query.params)
    }

    fn filters() -> Vec<Narrowed> {
        let with = |change: fn(&mut Narrowed)| {
            let mut filter = Narrowed::default();
            change(&mut filter);
            filter
        };
        let terms = |kind: &'static str| Narrowed {
            terms: vec![(kind, vec!["a".to_owned(), "b".to_owned()])],
            ..Narrowed::default()
        };
        vec![
            Narrowed::default(),
            with(|filter| filter.mine = true),
            with(|filter| (filter.mine, filter.status) = (true, Some(Status::Draft))),
            with(|filter| filter.status = Some(Status::Archived)),
            with(|filter| filter.organization_id = Some(Uuid::NIL)),
            with(|filter| filter.words = vec!["pump".to_owned()]),
            with(|filter| filter.bbox = Some(Bbox { west: 1.0, south: 2.0, east: 3.0, north: 4.0 })),
            with(|filter| filter.bbox = Some(Bbox { west: 3.0, south: 2.0, east: 1.0, north: 4.0 })),
            terms("industry"),
            terms("technology"),
            terms("city"),
            terms("tag"),
        ]
    }

    fn wanted(cursor: Option<Cursor>) -> PageRequest {
        PageRequest { limit: 20, cursor, offset: 0, count: false }
    }

    fn place(sort: Sort) -> Cursor {
        let values = match sort {
            Sort::Newest => params![Timestamp(7), Uuid::NIL],
            Sort::MostViewed | Sort::MostLiked => params![7i64, Uuid::NIL],
        };
        Cursor::new(sort.list(), values)
    }

    /// A filter in every order, for callers who see more and less, with and without a cursor.
    fn pages(filter: &Narrowed) -> Vec<Query> {
        let mut pages = Vec::new();
        for sort in [Sort::Newest, Sort::MostViewed, Sort::MostLiked] {
            let filter = Narrowed { sort, ..filter.clone() };
            for viewer in
                [Viewer::Anyone, Viewer::Person(USER), Viewer::Admin(USER, USER), Viewer::PlatformAdmin(USER)]
            {
                let selection = Selection::new(&filter, viewer);
                pages.push(selection.clone().page(&wanted(None)).unwrap());
                pages.push(selection.clone().page(&wanted(Some(place(sort)))).unwrap());
                pages.push(selection.count());
            }
        }
        pages
    }

    #[test]
    fn every_list_is_read_through_an_index() {
        let atlas = Atlas::new();
        for page in filters().iter().flat_map(pages) {
            for step in plan(&atlas, &page) {
                let is_whole = step.starts_with("SCAN use_case") && !step.contains(" USING ");
                assert!(!is_whole, "{} {step}", page.text);
            }
        }
    }

    /// No step gathers all rows to sort them, so that a page costs the same however many use cases there are.
    #[test]
    fn lists_come_in_order_and_go_on_at_the_cursor() {
        let atlas = Atlas::new();
        let pages = pages(&Narrowed::default());
        for page in pages.iter().filter(|page| !page.text.contains("count(*)")) {
            let (steps, goes_on) = (plan(&atlas, page), page.text.contains(" < ("));
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{} {steps:?}", page.text);
            assert!(steps[0].contains("(status=?"), "{} {steps:?}", page.text);
            assert_eq!(steps[0].contains(",id)<(?,?)"), goes_on, "{steps:?}");
        }
    }

    #[test]
    fn values_never_become_text() {
        let filter = |word: &str| Narrowed {
            terms: vec![("city", vec![word.to_owned()]), ("tag", vec![word.to_owned()])],
            words: vec![word.to_owned()],
            ..Narrowed::default()
        };
        let text = |word| Selection::new(&filter(word), Viewer::Anyone).page(&wanted(None)).unwrap().text;
        assert_eq!(text("a"), text("'; DROP TABLE use_cases; --"));
    }
}
