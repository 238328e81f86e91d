//! Who looked at a use case: counted as the house counts looks, by statements that know where.

use p2p_sdk::Views;

/// Looks at use cases.
pub const VIEWS: Views = Views {
    thing: "useCase",
    count: "UPDATE use_cases SET views = views + 1 WHERE id = $1 AND status = 'published' \
        AND NOT EXISTS (SELECT 1 FROM use_case_views WHERE use_case_id = $1 AND user_id = $2 AND seen_at > $3)",
    remember: "INSERT INTO use_case_views (use_case_id, user_id, seen_at) VALUES ($1, $2, $3) \
        ON CONFLICT (use_case_id, user_id) DO UPDATE SET seen_at = excluded.seen_at WHERE use_case_views.seen_at <= $4",
};

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use p2p_sdk::host::Level;
    use p2p_sdk::{Role, Uuid, params};

    use super::*;
    use crate::fixture::{Atlas, complete};

    fn views(atlas: &Atlas, case: Uuid) -> i64 {
        atlas.number("SELECT views FROM use_cases WHERE id = $1", case)
    }

    #[test]
    fn a_look_counts_once_a_day_and_the_authors_never() {
        let atlas = Atlas::new();
        let case = atlas.published(&atlas.huda, &complete("Who looks at it?"));
        for by in [Some(&atlas.huda), Some(&atlas.stranger), Some(&atlas.stranger), None] {
            atlas.read(by, case);
        }
        assert_eq!(views(&atlas, case), 1);
        atlas.host.advance(Views::ONCE_IN - Duration::from_secs(1));
        atlas.read(Some(&atlas.stranger), case);
        assert_eq!(views(&atlas, case), 1);
        atlas.host.advance(Duration::from_secs(1));
        atlas.read(Some(&atlas.stranger), case);
        assert_eq!(views(&atlas, case), 2);
        assert_eq!(atlas.read(Some(&atlas.huda), case).header("etag"), Some("\"2\""), "no version");
        assert_eq!(atlas.list(None, "").json()["items"][0]["views"], 2);
    }

    #[test]
    fn looks_are_written_together() {
        let atlas = Atlas::new();
        let cases =
            ["The first one", "Another one"].map(|title| atlas.published(&atlas.huda, &complete(title)));
        let look = |count| {
            for n in 0..count {
                atlas.read(Some(&atlas.host.person(Role::Member)), cases[n % 2]);
            }
        };
        look(9);
        let seen = || (views(&atlas, cases[0]), views(&atlas, cases[1]));
        assert_eq!(seen(), (1, 0), "the first at once, the others wait");
        atlas.host.advance(Duration::from_secs(10));
        look(1);
        assert_eq!(seen(), (6, 4));
    }

    #[test]
    fn a_look_that_cannot_be_counted_is_a_look() {
        let atlas = Atlas::new();
        let case = atlas.published(&atlas.huda, &complete("The store is full"));
        let full =
            "CREATE TRIGGER full BEFORE INSERT ON use_case_views BEGIN SELECT RAISE(ABORT, 'full'); END";
        atlas.host.execute(full, params![]);
        assert_eq!(atlas.read(Some(&atlas.stranger), case).status, 200);
        assert_eq!(views(&atlas, case), 0);
        let logs = atlas.host.logs();
        assert!(logs.iter().any(|line| line.level == Level::Warn && line.message.contains("view")));
    }
}
