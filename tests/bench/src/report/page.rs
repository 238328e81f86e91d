//! Puts tables between the marks of their stores in `docs/performance.md`. Touches nothing else of the page.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Findings, render};
use crate::stand::StoreSet;

const END: &str = "<!-- end of what the command writes -->";

/// What stands above the tables of these stores.
fn begin(stores: StoreSet) -> &'static str {
    match stores {
        StoreSet::Embedded => "<!-- what follows is written by `cargo xtask bench --write` -->",
        StoreSet::Production => {
            "<!-- what follows is written by `cargo xtask bench --stores production --write` -->"
        }
    }
}

/// Puts what was found into the page.
pub fn publish(findings: &Findings) -> Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance.md");
    let text = fs::read_to_string(&page).context("docs/performance.md cannot be read")?;
    fs::write(&page, replaced(&text, begin(findings.effort.stores), &render(findings))?)?;
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

    const BOTH: [StoreSet; 2] = [StoreSet::Embedded, StoreSet::Production];

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let [first, second] = BOTH.map(begin);
        let page = format!("# Title\n\n{first}\nold\n{END}\n\nMore.\n{second}\nkept\n{END}\n\nMisses.\n");
        let new = replaced(&page, first, "\nnew\n").unwrap();
        assert!(new.starts_with("# Title\n") && new.ends_with(&format!("{END}\n\nMisses.\n")));
        assert!(new.contains("new") && new.contains("kept") && !new.contains("old"));
        assert_eq!(replaced(&new, first, "new").unwrap(), new);
        let newer = replaced(&new, second, "newer").unwrap();
        assert!(newer.contains("new\n") && newer.contains("newer") && !newer.contains("kept"));
        assert!(replaced("# Title", first, "new").is_err());
    }

    #[test]
    fn the_page_has_its_marks() {
        for stores in BOTH {
            assert!(replaced(include_str!("../../../../docs/performance.md"), begin(stores), "new").is_ok());
        }
    }
}
