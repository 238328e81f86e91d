//! What a plan may hold: indexes that are searched, and indexes read in order as far as a limit. Knows the words of both
//! planners, and no table but the few that stay small.

use std::collections::BTreeMap;

const SORTED: &str = "rows are gathered and sorted";

/// What is fine all the same: a part of a statement's text, and the fault.
const ALLOWED: [(&str, &str); 23] = [
    // Ten categories, which come with a migration, and a count in each for every organization at most.
    ("FROM categories c ", SORTED),
    ("FROM categories c ", "sqlite_autoindex_categories_1 is read whole in order"),
    ("FROM categories c ", "categories_pkey is read whole in order"),
    ("FROM categories c ", "category_counts_pkey is read whole in order"),
    // SQLite looks for replies to the new one only while a foreign key is broken (`FkIfZero`), which is to say never.
    ("INSERT INTO replies ", "replies is read whole"),
    // By its key when there are many; few files wait at any time, so that PostgreSQL may take their index for as good.
    ("FROM attachments WHERE owner_id = ", "attachments_waiting is read whole in order"),
    ("UPDATE attachments SET post_id = $3 WHERE id = ", "attachments_waiting is read whole in order"),
    // Replies that a deleted one was an answer to, one step up at a time.
    ("WITH RECURSIVE gone ", "g is read whole"),
    // Versions of one text.
    ("FROM post_revisions WHERE post_id = $1 ", SORTED),
    ("FROM topic_edits WHERE topic_id = $1 ", SORTED),
    // Topics of one author, in another order than the latest.
    (" AND created_by = ", SORTED),
    // Topics with one tag, of which there are as many as that tag was given to.
    ("WHERE tag = ", SORTED),
    // People whose posts and replies go with one that is deleted; the first part is never read when `1 = 0` stands in it.
    ("UPDATE contributors SET ", SORTED),
    (" AND 1 = 0 UNION ALL ", "p is read whole"),
    // The same people, to be told of.
    (".reply_count, b.author_id, b.organization_id", SORTED),
    // Counters of those whose things changed with one thing, in the order of their keys, so that two who count at once wait
    // for each other and not in a ring.
    ("INSERT INTO counters (owner_id, ", SORTED),
    ("INSERT INTO weeks (user_id, ", SORTED),
    // What the words meet, the best or the newest first: as many as have the rarest of them, and no index knows that order.
    (" WHERE entry_words MATCH $", SORTED),
    (" WHERE words @@ CAST(", SORTED),
    // Use cases of one author, in another order than the latest.
    (" FROM use_cases WHERE submitted_by = ", SORTED),
    // Those in a part of the map, which are looked up by their place.
    (" AND latitude >= ", SORTED),
    // Nobody sees these without a session, and nothing is read.
    ("WHERE status = 'draft' AND 1 = 0", SORTED),
    ("WHERE status = 'archived' AND 1 = 0", SORTED),
];

/// Judges the plans of one feature's statements.
pub struct Judge {
    /// What each index begins with, for PostgreSQL.
    pub leads: BTreeMap<String, String>,
}

impl Judge {
    /// What is wrong with the plan of a statement.
    pub fn faults(&self, text: &str, steps: &[String]) -> Vec<String> {
        let has_limit = text.contains(" LIMIT ");
        let mut faults = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            let step = step.trim().trim_start_matches("->").trim_start();
            let fault = match self.read(step, steps.get(n + 1..).unwrap_or_default()) {
                // What the statement itself has gathered is judged where it is gathered.
                Step::Whole(part) if is_part(part, steps) => continue,
                Step::Whole(table) => format!("{table} is read whole"),
                Step::InOrder(index) if !has_limit => format!("{index} is read whole in order"),
                Step::Sorts => SORTED.to_owned(),
                Step::Indexes => "an index is built for this statement alone".to_owned(),
                _ => continue,
            };
            faults.push(fault);
        }
        faults.retain(|fault| !ALLOWED.iter().any(|(part, fine)| text.contains(part) && fault == fine));
        faults
    }

    /// SQLite says `SCAN`, PostgreSQL `Scan`. What lies below a step of PostgreSQL's says more about it.
    fn read<'a>(&self, step: &'a str, below: &[String]) -> Step<'a> {
        let words: Vec<_> = step.split_whitespace().collect();
        match *words.as_slice() {
            ["SCAN", "CONSTANT", ..] | ["SCAN", _, "CONSTANT" | "VALUES", ..] => Step::Fine,
            // Judged by its own steps.
            ["SCAN", part, ..] if part.starts_with('(') => Step::Fine,
            // A list in one cell.
            ["SCAN", _, "VIRTUAL", ..] => Step::Fine,
            ["SCAN", _, "USING", .., index] => Step::InOrder(index),
            ["SCAN", table, ..] => Step::Whole(table),
            ["USE", "TEMP", "B-TREE", ..] | ["Sort"] | ["Incremental", "Sort"] => Step::Sorts,
            _ if step.contains(" USING AUTOMATIC ") => Step::Indexes,
            ["Seq", "Scan", "on", table, ..] => Step::Whole(table),
            ["Index", .., "using", index, "on", _]
            | ["Index", .., "using", index, "on", _, _]
            | ["Bitmap", "Index", "Scan", "on", index]
                if !self.is_searched(index, below) =>
            {
                Step::InOrder(index)
            }
            _ => Step::Fine,
        }
    }

    /// Whether the lines of a step, which stand before the next one, say where in the index it begins.
    fn is_searched(&self, index: &str, below: &[String]) -> bool {
        let own = below.iter().map(|line| line.trim());
        let own = own.take_while(|line| !line.starts_with("->") && !line.starts_with("SubPlan"));
        let lead = self.leads.get(index).map_or(index, String::as_str);
        own.filter_map(|line| line.strip_prefix("Index Cond:")).any(|condition| condition.contains(lead))
    }
}

/// SQLite names parts of a statement that it runs for themselves.
fn is_part(name: &str, steps: &[String]) -> bool {
    let made = ["CO-ROUTINE", "MATERIALIZE"].map(|how| format!("{how} {name}"));
    steps.iter().any(|step| made.contains(step))
}

/// What one step of a plan does.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    /// Reads a table from its beginning to its end.
    Whole(&'a str),
    /// Reads an index so.
    InOrder(&'a str),
    /// Gathers rows and sorts them.
    Sorts,
    /// Makes an index that should be there.
    Indexes,
    /// Costs as much as it finds.
    Fine,
}

#[test]
fn steps_of_both_planners_are_read() {
    let lead = ("topics_pkey".to_owned(), "id".to_owned());
    let judge = Judge { leads: BTreeMap::from([lead]) };
    let (by_lead, by_another) =
        (["Index Cond: (id = $1)".to_owned()], ["Index Cond: (slug = $1)".to_owned()]);
    for (step, below, read_as) in [
        ("SCAN topics", &[][..], Step::Whole("topics")),
        ("SCAN topics USING INDEX topics_latest", &[], Step::InOrder("topics_latest")),
        ("SEARCH topics USING INDEX topics_latest (is_pinned=?)", &[], Step::Fine),
        ("SEARCH t USING AUTOMATIC COVERING INDEX (a=?)", &[], Step::Indexes),
        ("SCAN 3 CONSTANT ROWS", &[], Step::Fine),
        ("SCAN 32-ROW VALUES CLAUSE", &[], Step::Fine),
        ("USE TEMP B-TREE FOR ORDER BY", &[], Step::Sorts),
        ("Seq Scan on topics t", &[], Step::Whole("topics")),
        ("Index Scan using topics_latest on topics", &[], Step::InOrder("topics_latest")),
        ("Index Only Scan using topics_pkey on topics t", &by_lead, Step::Fine),
        ("Index Scan Backward using topics_pkey on topics", &by_another, Step::InOrder("topics_pkey")),
        ("Bitmap Index Scan on topics_pkey", &by_another, Step::InOrder("topics_pkey")),
        ("Incremental Sort", &[], Step::Sorts),
        ("Limit", &[], Step::Fine),
    ] {
        assert_eq!(judge.read(step, below), read_as, "{step}");
    }
}
