//! Puts tables between the marks of their stores in `docs/performance.md`. Touches nothing else of the page.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::stand::StoreSet;

const END: &str = "<!-- end of what the command writes -->";

/// Tables that one command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Components against the twin, over SQLite and files.
    Embedded,
    /// The same over services.
    Production,
    /// The whole product with much data.
    Large,
}

impl Table {
    /// Those of the sides over these stores.
    pub const fn of(stores: StoreSet) -> Self {
        match stores {
            StoreSet::Embedded => Self::Embedded,
            StoreSet::Production => Self::Production,
        }
    }

    /// The command, and what it is given to write.
    const fn command(self) -> &'static str {
        match self {
            Self::Embedded => "cargo xtask bench --write",
            Self::Production => "cargo xtask bench --stores production --write",
            Self::Large => "cargo xtask bench --large --write",
        }
    }

    /// What stands above them.
    fn begin(self) -> String {
        format!("<!-- what follows is written by `{}` -->", self.command())
    }
}

/// Puts what was found into the page.
pub fn publish(table: Table, text: &str) -> Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance.md");
    let before = fs::read_to_string(&page).context("docs/performance.md cannot be read")?;
    fs::write(&page, replaced(&before, &table.begin(), text)?)?;
    println!("written to docs/performance.md");
    Ok(())
}

/// The page with another block between a mark and the end behind it.
fn replaced(page: &str, begin: &str, block: &str) -> Result<String> {
    let (before, rest) = page.split_once(begin).context("docs/performance.md lost a first mark")?;
    let (_, after) = rest.split_once(END).context("docs/performance.md lost a second mark")?;
    Ok(format!("{before}{begin}\n\n{}\n\n{END}{after}", block.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Table; 3] = [Table::Embedded, Table::Production, Table::Large];

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let [first, second, _] = ALL.map(Table::begin);
        let page = format!("# Title\n\n{first}\nold\n{END}\n\nMore.\n{second}\nkept\n{END}\n\nMisses.\n");
        let new = replaced(&page, &first, "\nnew\n").unwrap();
        assert!(new.starts_with("# Title\n") && new.ends_with(&format!("{END}\n\nMisses.\n")));
        assert!(new.contains("new") && new.contains("kept") && !new.contains("old"));
        assert_eq!(replaced(&new, &first, "new").unwrap(), new);
        let newer = replaced(&new, &second, "newer").unwrap();
        assert!(newer.contains("new\n") && newer.contains("newer") && !newer.contains("kept"));
        assert!(replaced("# Title", &first, "new").is_err());
    }

    #[test]
    fn the_page_has_its_marks() {
        for table in ALL {
            assert!(replaced(include_str!("../../../../docs/performance.md"), &table.begin(), "new").is_ok());
        }
    }
}
