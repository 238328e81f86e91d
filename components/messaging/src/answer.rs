//! How much fits into one answer: a page ends early when what it says grows too long. Reads nothing.

use p2p_sdk::{Cursor, Page, PageRequest};

/// Bytes of Markdown in one answer. As HTML it may grow sixfold, and must still fit into what one call may answer.
const BYTES_MAX: usize = 512 << 10;

/// A page of items that were fetched with `PageRequest::fetch`; what is too much is left to the next one.
pub fn page<T>(
    wanted: &PageRequest,
    items: Vec<T>,
    bytes: impl Fn(&T) -> usize,
    cursor: impl FnOnce(&T) -> Cursor,
) -> Page<T> {
    let limit = wanted.limit.min(fitting(items.iter().map(bytes)));
    let cut = PageRequest { limit, ..wanted.clone() };
    Page { limit: wanted.limit, ..Page::new(&cut, items, cursor) }
}

/// How many of them fit; the first always does.
fn fitting(sizes: impl Iterator<Item = usize>) -> u32 {
    let (mut bytes, mut count) = (0, 0);
    for size in sizes {
        bytes += size;
        if count > 0 && bytes > BYTES_MAX {
            break;
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use p2p_sdk::params;

    use super::*;

    fn cut(limit: u32, sizes: &[usize]) -> (usize, bool) {
        let wanted = PageRequest { limit, cursor: None, offset: 0, count: false };
        let page = page(&wanted, sizes.to_vec(), |size| *size, |_| Cursor::new("n", params![true]));
        assert_eq!((page.limit, page.next_cursor.is_some()), (limit, page.has_next));
        (page.items.len(), page.has_next)
    }

    #[test]
    fn a_page_ends_where_it_is_full() {
        assert_eq!(cut(2, &[]), (0, false));
        assert_eq!(cut(2, &[1, 1]), (2, false));
        assert_eq!(cut(2, &[1, 1, 1]), (2, true));
        assert_eq!(cut(3, &[BYTES_MAX, 1, 1]), (1, true));
        assert_eq!(cut(3, &[BYTES_MAX - 1, 1, 1]), (2, true));
        assert_eq!(cut(3, &[2 * BYTES_MAX]), (1, false), "one is answered, however long");
    }
}
