//! Lists: bounded, in a stable order, continued by an opaque cursor or by page number.

mod cursor;

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

pub use cursor::{Cursor, CursorParts};

use crate::problem::{Problem, Rule};
use crate::{Request, Timestamp, Uuid};

const LIMIT_DEFAULT: u32 = 20;
const LIMIT_MAX: u32 = 100;
/// Rows that paging by number may reach, and to which a total is counted.
const REACH: u32 = 10_000;

/// Which part of a list was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items, 1–100.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// Items to pass over, when paged by number.
    pub offset: u32,
    /// Whether the total is wanted.
    pub count: bool,
}

#[derive(Deserialize)]
struct Wanted {
    limit: Option<Limit>,
    cursor: Option<String>,
    page: Option<i64>,
    #[serde(default)]
    count: bool,
}

/// A number that is clamped, however large.
struct Limit(u32);

impl FromStr for Limit {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(());
        }
        let limit = if text.starts_with('-') { 1 } else { digits.parse().unwrap_or(LIMIT_MAX) };
        Ok(Self(limit.clamp(1, LIMIT_MAX)))
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        p2p_values::text_form::deserialize(deserializer, "a number")
    }
}

impl PageRequest {
    /// From `limit`, `cursor`, `page` and `count` of the query. A limit out of bounds is clamped; a cursor that is none of
    /// ours is 400 `CURSOR_INVALID`; a page beyond the first 10 000 items is 422.
    pub fn of(request: &Request) -> Result<Self, Problem> {
        let Wanted { limit, cursor, page, count } = request.query()?;
        let limit = limit.map_or(LIMIT_DEFAULT, |Limit(limit)| limit);
        let last = REACH / limit;
        let page = match u32::try_from(page.unwrap_or(1)) {
            Ok(page) if (1..=last).contains(&page) => page,
            _ => return Err(Problem::invalid("page", Rule::Range(1, i64::from(last)))),
        };
        let cursor = cursor.map(|text| Cursor::parse(&text)).transpose()?;
        Ok(Self { limit, cursor, offset: (page - 1) * limit, count })
    }

    /// Before everything in a list that begins with the latest: the end of the year 9999.
    pub const LATEST: (Timestamp, Uuid) = (Timestamp(253_402_300_799_000_000), Uuid::from_bytes([0xff; 16]));

    /// Where the page begins, if not with the list of this name: behind these sort values.
    pub fn after<'a, T: CursorParts<'a>>(&'a self, list: &str) -> Result<Option<T>, Problem> {
        self.cursor.as_ref().map(|cursor| cursor.read(list)).transpose()
    }

    /// One row more than the page holds: whether it comes tells whether there is another page.
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// How many rows a count needs to look at.
    pub const fn count_limit() -> i64 {
        REACH as i64 + 1
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many there may be on a page.
    pub limit: u32,
    /// Whether more follow.
    pub has_next: bool,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// How many there are in all, with `count=true`; never more than 10 000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// Whether there are more than the total says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_is_capped: Option<bool>,
}

impl<T> Page<T> {
    /// Items that were fetched with `PageRequest::fetch`: the one too many is dropped, and the last that stays gives the
    /// cursor.
    pub fn new(wanted: &PageRequest, mut items: Vec<T>, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let limit = wanted.limit as usize;
        let has_next = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if has_next { items.last().map(|last| cursor(last).to_string()) } else { None };
        Self { items, limit: wanted.limit, has_next, next_cursor, total: None, total_is_capped: None }
    }

    /// Adds the total, counted no further than `PageRequest::count_limit`.
    #[must_use]
    pub fn with_total(mut self, counted: i64) -> Self {
        let counted = u32::try_from(counted).unwrap_or(0);
        self.total = Some(counted.min(REACH));
        self.total_is_capped = Some(counted > REACH);
        self
    }

    /// The same page of other items.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(each).collect(),
            limit: self.limit,
            has_next: self.has_next,
            next_cursor: self.next_cursor,
            total: self.total,
            total_is_capped: self.total_is_capped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;
    use crate::problem::Code;
    use crate::request::Method;

    fn wanted(query: &str) -> Result<PageRequest, Problem> {
        PageRequest::of(&Request { query: query.to_owned(), ..Request::new(Method::Get, "/a") })
    }

    #[test]
    fn limits_are_clamped_and_pages_bounded() {
        assert_eq!(wanted("").unwrap(), PageRequest { limit: 20, cursor: None, offset: 0, count: false });
        for (query, limit) in
            [("limit=0", 1), ("limit=-7", 1), ("limit=101", 100), ("limit=99999999999999999999", 100)]
        {
            assert_eq!(wanted(query).unwrap().limit, limit, "{query}");
        }
        assert_eq!(wanted("limit=100&page=100").unwrap().offset, 9900);
        for query in ["limit=100&page=101", "page=0", "page=-1", "limit=many", "limit=", "limit=1.5"] {
            assert_eq!(wanted(query).unwrap_err().code(), Code::Validation, "{query}");
        }
        assert_eq!(wanted("cursor=forged").unwrap_err().code(), Code::CursorInvalid);
    }

    #[test]
    fn the_row_too_many_becomes_a_cursor() {
        let wanted = wanted("limit=2").unwrap();
        let page = Page::new(&wanted, vec![1i64, 2, 3], |last| Cursor::new("n", params![*last]));
        assert_eq!((page.items.as_slice(), page.has_next), (&[1, 2][..], true));
        let cursor = Cursor::parse(&page.next_cursor.unwrap()).unwrap();
        assert_eq!(cursor.read::<(i64,)>("n"), Ok((2,)));
        let page = Page::new(&wanted, vec![1i64, 2], |_| unreachable!());
        assert_eq!((page.has_next, page.next_cursor), (false, None));
    }

    #[test]
    fn totals_are_capped() {
        let wanted = wanted("").unwrap();
        let page = |counted| Page::new(&wanted, Vec::<i64>::new(), |_| unreachable!()).with_total(counted);
        assert_eq!((page(10_000).total, page(10_000).total_is_capped), (Some(10_000), Some(false)));
        assert_eq!((page(10_001).total, page(10_001).total_is_capped), (Some(10_000), Some(true)));
    }
}
