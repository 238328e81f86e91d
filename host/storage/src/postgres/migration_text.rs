//! What a migration's text may hold: statements that change the feature's own tables. What they may touch is judged by
//! PostgreSQL.

use super::scanner::{Scanner, Token};
use crate::ports::sql::SqlError;

/// How a migration's statements may begin. Whatever ends the transaction, or speaks to the session, is not among them.
const VERBS: [&str; 11] = [
    "CREATE", "ALTER", "DROP", "COMMENT", "INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "TRUNCATE",
    "VALUES",
];

/// What belongs to the whole server or database, behind CREATE, ALTER and DROP.
const ELSEWHERE: [&str; 11] = [
    "ROLE",
    "USER",
    "GROUP",
    "DATABASE",
    "SCHEMA",
    "SYSTEM",
    "SERVER",
    "EXTENSION",
    "PUBLICATION",
    "SUBSCRIPTION",
    "TABLESPACE",
];

/// Refuses statements that a migration has no business with.
pub fn check(text: &str) -> Result<(), SqlError> {
    if text.contains('\0') {
        return Err(SqlError::Rejected("NUL in the migration".to_owned()));
    }
    let mut place = 0;
    for token in Scanner::new(text) {
        match token {
            Token::Blank(_) => {}
            Token::Other(";") => place = 0,
            Token::Word(word) => {
                let is_one_of = |words: &[&str]| words.iter().any(|other| other.eq_ignore_ascii_case(word));
                if (place == 0 && !is_one_of(&VERBS)) || (place == 1 && is_one_of(&ELSEWHERE)) {
                    return Err(SqlError::Denied);
                }
                place += 1;
            }
            _ if place == 0 => return Err(SqlError::Denied),
            _ => place += 1,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_changes_tables_and_nothing_else() {
        let good =
            "-- People.\nCREATE TABLE a (b text DEFAULT ';COMMIT'); INSERT INTO a VALUES ($$;ROLLBACK$$);\n;";
        assert_eq!(check(good), Ok(()));
        for text in [
            "COMMIT",
            "CREATE TABLE a (b int); COMMIT; DROP TABLE a",
            "/* a */ rollback",
            "SET ROLE x",
            "DO $$ BEGIN END $$",
            "CREATE TABLE a (b text DEFAULT E'\\''); COMMIT; --'",
            "(SELECT 1)",
            "VACUUM",
            "GRANT a TO b",
            "ALTER ROLE current_user PASSWORD 'x'",
            "CREATE /* a */ EXTENSION dblink",
        ] {
            assert_eq!(check(text), Err(SqlError::Denied), "{text}");
        }
        assert!(matches!(check("SELECT 1\0"), Err(SqlError::Rejected(_))));
    }
}
