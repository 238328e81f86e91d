//! WIT: every function says what it means.

use std::path::Path;

use anyhow::Result;

use crate::contracts;
use crate::findings::Findings;

/// The functions of `wit/platform` and `wit/feature`.
pub fn check(root: &Path, findings: &mut Findings) -> Result<()> {
    let (resolve, _) = contracts::load(&root.join("wit"))?;
    for (_, interface) in resolve.interfaces.iter() {
        for (name, function) in &interface.functions {
            if function.docs.contents.is_none() {
                let place = resolve.render_location(function.span);
                let place = place.strip_prefix(&format!("{}/", root.display())).unwrap_or(&place).to_owned();
                findings.add(place, format!("`{name}` needs `///`: meaning, units, errors"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_function_without_words_is_found() {
        let root = tempfile::tempdir().unwrap();
        let packages = [
            (
                "platform",
                "package p2p:platform@0.1.0;\ninterface clock {\n  /// Never waits.\n  now: func() -> s64;\n  bare: func();\n}\n",
            ),
            ("feature", "package p2p:feature@0.1.0;\nworld feature { import p2p:platform/clock@0.1.0; }\n"),
        ];
        for (name, text) in packages {
            fs::create_dir_all(root.path().join("wit").join(name)).unwrap();
            fs::write(root.path().join("wit").join(name).join("all.wit"), text).unwrap();
        }
        let mut findings = Findings::default();
        check(root.path(), &mut findings).unwrap();
        assert_eq!(findings.lines().len(), 1);
        assert!(
            findings.lines()[0].starts_with("wit/platform/all.wit:5:3: `bare`"),
            "{:?}",
            findings.lines()
        );
    }
}
