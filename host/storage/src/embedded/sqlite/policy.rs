//! What each speaker may do on a SQLite connection, action by action. Pure: it never touches a connection.

use libsqlite3_sys as ffi;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// This room itself.
    Host,
    /// A feature that reads.
    Reader,
    /// A feature that writes.
    Writer,
    /// A feature's migration.
    Migration,
}

impl Mode {
    /// The mode behind a stored number; an unknown one is the most restricted.
    pub fn from_code(code: u8) -> Self {
        [Self::Host, Self::Writer, Self::Migration]
            .into_iter()
            .find(|mode| *mode as u8 == code)
            .unwrap_or(Self::Reader)
    }

    /// Whose words a trigger or a view speaks: this room has none, so they are a feature's, whoever set them off.
    pub fn within_a_trigger(self) -> Self {
        if self == Self::Host { Self::Writer } else { self }
    }
}

/// Whether the speaker may do this. `first` and `second` are the names that SQLite gives with the action.
pub fn allows(mode: Mode, action: i32, first: &str, second: &str) -> bool {
    match mode {
        Mode::Host => true,
        Mode::Reader => reads(action, first, second) && !is_system(action, first),
        Mode::Writer if gives_up(action, first) => true,
        Mode::Writer => (reads(action, first, second) || writes(action, first)) && !is_system(action, first),
        Mode::Migration => {
            reads(action, first, second) || writes(action, first) || changes_schema(action, first, second)
        }
    }
}

fn reads(action: i32, first: &str, second: &str) -> bool {
    match action {
        ffi::SQLITE_SELECT | ffi::SQLITE_RECURSIVE => true,
        ffi::SQLITE_READ => !is_host_table(first),
        ffi::SQLITE_FUNCTION => {
            !["load_extension", "fts3_tokenizer"].iter().any(|f| f.eq_ignore_ascii_case(second))
        }
        // Full-text tables ask for the data version themselves.
        ffi::SQLITE_PRAGMA => first.eq_ignore_ascii_case("data_version"),
        _ => false,
    }
}

fn writes(action: i32, first: &str) -> bool {
    match action {
        ffi::SQLITE_INSERT | ffi::SQLITE_UPDATE | ffi::SQLITE_DELETE => !is_host_table(first),
        _ => false,
    }
}

/// Queued by the host when a write is given up, perhaps before the mode changes back. A feature cannot send it:
/// `statement` lets only reading and writing statements pass.
fn gives_up(action: i32, first: &str) -> bool {
    action == ffi::SQLITE_TRANSACTION && first.eq_ignore_ascii_case("ROLLBACK")
}

fn changes_schema(action: i32, first: &str, second: &str) -> bool {
    match action {
        ffi::SQLITE_CREATE_TABLE
        | ffi::SQLITE_CREATE_VIEW
        | ffi::SQLITE_CREATE_INDEX
        | ffi::SQLITE_CREATE_TRIGGER
        | ffi::SQLITE_DROP_TABLE
        | ffi::SQLITE_DROP_VIEW
        | ffi::SQLITE_DROP_INDEX
        | ffi::SQLITE_DROP_TRIGGER
        | ffi::SQLITE_DROP_VTABLE
        | ffi::SQLITE_ALTER_TABLE
        | ffi::SQLITE_REINDEX => !is_host_table(first) && !is_host_table(second),
        ffi::SQLITE_CREATE_VTABLE => !is_host_table(first) && second.eq_ignore_ascii_case("fts5"),
        // ALTER TABLE … ADD COLUMN checks its constraints this way.
        ffi::SQLITE_PRAGMA => first.eq_ignore_ascii_case("quick_check"),
        _ => false,
    }
}

fn is_host_table(name: &str) -> bool {
    begins_with(name, "p2p_")
}

/// The schema and SQLite's own statistics: a feature has no business there.
fn is_system(action: i32, name: &str) -> bool {
    let names_table =
        [ffi::SQLITE_READ, ffi::SQLITE_INSERT, ffi::SQLITE_UPDATE, ffi::SQLITE_DELETE].contains(&action);
    names_table && (begins_with(name, "sqlite_") || name.eq_ignore_ascii_case("dbstat"))
}

fn begins_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_sees_its_tables() {
        for mode in [Mode::Reader, Mode::Writer, Mode::Migration] {
            assert!(!allows(mode, ffi::SQLITE_READ, "P2P_outbox", "id"), "{mode:?}");
            assert!(!allows(mode, ffi::SQLITE_DELETE, "p2p_inbox", ""), "{mode:?}");
            assert!(!allows(mode, ffi::SQLITE_CREATE_TRIGGER, "mine", "p2p_outbox"), "{mode:?}");
        }
        assert!(allows(Mode::Host, ffi::SQLITE_READ, "p2p_outbox", "id"));
    }

    #[test]
    fn each_mode_has_its_reach() {
        assert!(!allows(Mode::Reader, ffi::SQLITE_INSERT, "topics", ""));
        assert!(allows(Mode::Writer, ffi::SQLITE_INSERT, "topics", ""));
        assert!(!allows(Mode::Writer, ffi::SQLITE_CREATE_TABLE, "topics", ""));
        assert!(allows(Mode::Migration, ffi::SQLITE_CREATE_TABLE, "topics", ""));
        for action in [ffi::SQLITE_ATTACH, ffi::SQLITE_DETACH, ffi::SQLITE_SAVEPOINT, ffi::SQLITE_ANALYZE] {
            assert!(!allows(Mode::Migration, action, "x", ""));
        }
        for word in ["BEGIN", "COMMIT", "ROLLBACK"] {
            assert!(!allows(Mode::Migration, ffi::SQLITE_TRANSACTION, word, ""));
            assert_eq!(allows(Mode::Writer, ffi::SQLITE_TRANSACTION, word, ""), word == "ROLLBACK");
        }
    }

    #[test]
    fn an_unknown_mode_is_the_narrowest() {
        assert_eq!(Mode::from_code(99), Mode::Reader);
        for mode in [Mode::Host, Mode::Reader, Mode::Writer, Mode::Migration] {
            assert_eq!(Mode::from_code(mode as u8), mode);
        }
    }
}
