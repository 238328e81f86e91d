//! Rust files: their first line, their length, their names, and what they may not contain.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::findings::Findings;
use crate::workspace::room;

const ROOMS: [&str; 5] = ["host", "components", "targets", "tests", "xtask"];
const SKIPPED: [&str; 2] = ["target", "node_modules"];
const LONGEST: usize = 400;
/// A name made of one of these says what kind of thing it is, not which thing.
const EMPTY_WORDS: [&str; 9] =
    ["common", "helper", "helpers", "impl", "manager", "managers", "misc", "util", "utils"];
/// In pieces, so that this file does not find itself.
const FORBIDDEN: [(&str, &str); 4] = [
    (concat!("#[", "ignore"), "a test runs or is deleted"),
    (concat!("todo", "!("), "finish it or leave it out"),
    (concat!("unimplemented", "!("), "finish it or leave it out"),
    (concat!("//! Being ", "built"), "say what the file is for"),
];

const ALLOWS: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];
/// The reason that excuses an attribute over code nobody wrote.
const GENERATED: &str = "reason = \"generated code\"";

/// Every `.rs` file of the rooms.
pub fn check(root: &Path, findings: &mut Findings) -> Result<()> {
    for name in ROOMS.iter().map(|name| root.join(name)).filter(|folder| folder.is_dir()) {
        for path in rust_files(&name)? {
            let place = room(root, &path);
            check_name(&place, findings);
            let text = fs::read_to_string(&path).with_context(|| format!("{place} cannot be read"))?;
            check_text(&place, &text, findings);
        }
    }
    Ok(())
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                if !SKIPPED.contains(&name.as_str()) && !name.starts_with('.') {
                    folders.push(entry.path());
                }
            } else if name.ends_with(".rs") {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn check_name(place: &str, findings: &mut Findings) {
    let parts = place.trim_end_matches(".rs").split('/');
    if place.ends_with("/mod.rs") {
        findings.add(place, "write `<module>.rs` beside the folder instead of `mod.rs` in it");
    }
    for word in parts.flat_map(|part| part.split(['_', '-'])) {
        if EMPTY_WORDS.contains(&word) {
            findings.add(place, format!("`{word}` in a name says nothing; name the thing"));
        }
    }
}

fn check_text(place: &str, text: &str, findings: &mut Findings) {
    if !text.starts_with("//! ") {
        findings.add(
            format!("{place}:1"),
            "begin with `//!` and say what the file is for and what it never does",
        );
    }
    let lines = text.lines().count();
    if lines > LONGEST {
        findings.add(
            format!("{place}:{lines}"),
            format!("has more than {LONGEST} lines; split it by what it does"),
        );
    }
    for (number, line) in text.lines().enumerate() {
        check_line(&format!("{place}:{}", number + 1), line.trim_start(), findings);
    }
    check_allows(place, text, findings);
}

/// `allow` hides what it no longer needs to hide; `expect` says so. Only in a macro, and over generated
/// code, is it unknown beforehand what there will be to expect.
fn check_allows(place: &str, text: &str, findings: &mut Findings) {
    let lines: Vec<&str> = text.lines().collect();
    let mut in_macro = false;
    for (number, line) in lines.iter().enumerate() {
        in_macro = (in_macro || line.starts_with("macro_rules!")) && !line.starts_with('}');
        let is_allow = ALLOWS.iter().any(|allow| line.trim_start().starts_with(allow));
        if is_allow && !in_macro && !covers_generated_code(lines.iter().skip(number)) {
            findings
                .add(format!("{place}:{}", number + 1), "write `#[expect(…, reason = \"…\")]` at the item");
        }
    }
}

/// Whether the attribute that begins here says so before it ends.
fn covers_generated_code<'a>(lines: impl Iterator<Item = &'a &'a str>) -> bool {
    for line in lines {
        if line.contains(GENERATED) {
            return true;
        }
        if line.trim_end().ends_with(")]") {
            break;
        }
    }
    false
}

fn check_line(place: &str, line: &str, findings: &mut Findings) {
    for (pattern, advice) in FORBIDDEN {
        // A comment may speak of what code may not do, but for the ones that are comments themselves.
        let comment = line.starts_with("//") && !pattern.starts_with("//");
        if line.contains(pattern) && !comment {
            findings.add(place, format!("`{pattern}`: {advice}"));
        }
    }
    let module = line.trim_start_matches("pub ").strip_prefix("mod ").unwrap_or_default();
    let module = module.trim_end_matches([' ', '{', ';']);
    if module.split('_').any(|word| EMPTY_WORDS.contains(&word)) {
        findings.add(place, format!("module `{module}`: name the thing, not its kind"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(place: &str, text: &str) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        let mut findings = Findings::default();
        check(root.path(), &mut findings).unwrap();
        findings.lines().to_vec()
    }

    #[test]
    fn a_good_file_has_no_finding() {
        let comment = concat!("/// Not to", "do!() any more.\n");
        let text = format!("//! Counts topics. Stores none.\n\n{comment}pub fn count() {{}}\n");
        assert_eq!(found("host/http/src/count.rs", &text), [""; 0]);
    }

    #[test]
    fn each_rule_finds_its_offence() {
        let cases = [
            ("host/a/src/x.rs", "fn main() {}\n".to_owned(), "x.rs:1: begin with"),
            ("host/a/src/x.rs", "//! X.\n".repeat(LONGEST + 1), "has more than 400 lines"),
            ("host/a/src/x/mod.rs", "//! X.\n".into(), "instead of `mod.rs`"),
            ("components/a/src/text_utils.rs", "//! X.\n".into(), "`utils` in a name"),
            ("tests/host/common/x.rs", "//! X.\n".into(), "`common` in a name"),
            ("xtask/src/x.rs", "//! X.\npub mod helpers;\n".into(), "x.rs:2: module `helpers`"),
            ("xtask/src/x.rs", concat!("//! X.\n    to", "do!();\n").into(), "x.rs:2: `todo"),
            ("tests/a.rs", concat!("//! X.\n#[", "ignore]\n").into(), "a.rs:2"),
            ("targets/a.rs", concat!("//! X.\n#![", "allow(dead_code)]\n").into(), "a.rs:2"),
            (
                "targets/a.rs",
                concat!("//! X.\n    #[", "allow(\n    a,\n    reason = \"b\"\n)]\n").into(),
                "a.rs:2",
            ),
        ];
        for (place, text, expected) in cases {
            let found = found(place, &text);
            assert!(found.len() == 1 && found[0].contains(expected), "{place}: {found:?}");
        }
    }

    #[test]
    fn macros_and_generated_code_cannot_know_what_to_expect() {
        let in_macro = concat!("//! X.\nmacro_rules! x {\n  () => {\n    #[", "allow(unused)]\n  };\n}\n");
        assert_eq!(found("host/x.rs", in_macro), [""; 0]);
        let after = format!("{in_macro}#[{}(unused)]\n", "allow");
        assert_eq!(found("host/x.rs", &after).len(), 1);
        let generated =
            concat!("//! X.\n#![", "allow(\n    dead_code,\n    reason = \"generated code\"\n)]\n");
        assert_eq!(found("host/x.rs", generated), [""; 0]);
    }

    #[test]
    fn built_files_and_other_folders_are_not_ours() {
        assert_eq!(found("tests/bench/target/debug/x.rs", ""), [""; 0]);
        assert_eq!(found("docs/x.rs", ""), [""; 0]);
    }
}
