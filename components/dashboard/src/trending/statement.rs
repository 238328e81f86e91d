//! The statements that read what is talked about, each in the order of its index.

use p2p_sdk::{PageRequest, Query, Uuid, Viewer};

use super::heat::Window;
use crate::viewer;

/// A page that begins behind a place.
pub fn page(window: Window, viewer: Viewer, now: i64, place: (i64, Uuid), wanted: &PageRequest) -> Query {
    let key = window.column();
    let mut query = Query::new("SELECT h.");
    query.add(key);
    query.add(", t.id, t.kind, t.title, t.slug, t.category, t.author_id, t.likes, t.created_at");
    narrow(&mut query, window, viewer, now);
    let (at, id) = (query.bind(&place.0), query.bind(&place.1));
    query.add(&format!(" AND (h.{key}, h.id) < (${at}, ${id})"));
    query.page(&format!("h.{key} DESC, h.id DESC"), wanted)
}

/// How many there are.
pub fn count(window: Window, viewer: Viewer, now: i64) -> Query {
    let mut query = Query::new("SELECT h.id");
    narrow(&mut query, window, viewer, now);
    query.counted()
}

/// What was touched within the window and the caller may see. The least key ends the reading of the index.
fn narrow(query: &mut Query, window: Window, viewer: Viewer, now: i64) {
    let key = window.column();
    let (least, since) = (query.bind(&window.least(now)), query.bind(&(now - window.hours())));
    query.add(&format!(
        " FROM trends h JOIN things t ON t.id = h.id \
        WHERE h.{key} >= ${least} AND h.touched_hour >= ${since} AND t.status = 'open'"
    ));
    viewer::narrow(query, viewer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Board;

    #[test]
    fn every_window_is_read_through_its_index_and_in_its_order() {
        let board = Board::new();
        let wanted = PageRequest { limit: 20, cursor: None, offset: 0, count: false };
        for window in Window::ALL {
            let query = page(window, Viewer::Outsider, 1, (1, Uuid::NIL), &wanted);
            let steps = board.host.plan(&query.text, &query.params);
            assert!(
                steps[0].contains(&format!("trends_{} ({}", window.column(), window.column())),
                "{steps:?}"
            );
            assert!(steps.len() == 2, "{steps:?}");
        }
    }
}
