//! What the contracts promise, item by item, as the WIT printer writes it without comments.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wit_component::WitPrinter;

use super::Version;
use crate::contracts;

/// The items of both packages: `p2p:platform interface sql: query` → its text.
pub struct Shape {
    pub version: Version,
    pub items: BTreeMap<String, String>,
}

impl Shape {
    /// Of the contracts in a folder.
    ///
    /// # Errors
    /// When they do not parse, have no version, or have different ones.
    pub fn read(folder: &Path) -> Result<Self> {
        let (resolve, packages) = contracts::load(folder)?;
        let mut items = BTreeMap::new();
        let mut versions = Vec::new();
        for id in packages {
            let name = &resolve.packages.get(id).context("a package without a name")?.name;
            let version = name.version.as_ref().with_context(|| format!("{name} has no version"))?;
            versions.push((version.major, version.minor, version.patch));
            let mut printer = WitPrinter::default();
            printer.emit_docs(false).print(&resolve, id, &[])?;
            let package = format!("{}:{}", name.namespace, name.name);
            // The version is compared by itself; here it would make everything look changed.
            let text = printer.output.to_string().replace(&format!("@{version}"), "");
            collect(&package, &text, &mut items);
        }
        let version = versions.first().copied().context("no contracts")?;
        if versions.iter().any(|other| *other != version) {
            bail!("the packages in {} have different versions", folder.display());
        }
        Ok(Self { version, items })
    }

    /// Whether a new item would ask something of components built for this shape: an export of a world
    /// they know, or a function of an interface they export.
    pub fn demands(&self, place: &str) -> bool {
        let Some((block, item)) = place.split_once(": ") else { return false };
        if block.contains(" world ") {
            let known = self
                .items
                .keys()
                .any(|known| known.split_once(": ").is_some_and(|(world, _)| world == block));
            return known && item.starts_with("export ");
        }
        let Some((package, interface)) = block.split_once(" interface ") else { return false };
        let is_function = !item.contains(' ');
        let export = format!(": export {interface}");
        let exported =
            |known: &String| known.starts_with(&format!("{package} world ")) && known.ends_with(&export);
        is_function && self.items.keys().any(exported)
    }
}

/// Splits the printed package into interfaces and worlds, and those into their items.
fn collect(package: &str, text: &str, items: &mut BTreeMap<String, String>) {
    let mut block = String::new();
    let mut item = String::new();
    let mut depth = 0_usize;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if depth == 0 {
            block = line.trim_end_matches('{').trim().to_owned();
        } else if !(depth == 1 && line == "}") {
            item.push_str(line);
            item.push(' ');
        }
        depth = (depth + line.matches('{').count()).saturating_sub(line.matches('}').count());
        if depth == 1 && !item.is_empty() {
            let whole = std::mem::take(&mut item);
            keep(&format!("{package} {block}"), whole.trim(), items);
        }
    }
}

fn keep(block: &str, item: &str, items: &mut BTreeMap<String, String>) {
    if let Some(used) = item.strip_prefix("use ") {
        // One item per name: using one more is no change of the others.
        let (from, names) = used.split_once('{').unwrap_or((used, ""));
        for name in names.split([',', '}', ';']).map(str::trim).filter(|name| !name.is_empty()) {
            items.insert(format!("{block}: use {name}"), from.trim_end_matches('.').to_owned());
        }
        return;
    }
    items.insert(format!("{block}: {}", title(item)), item.to_owned());
}

/// A function by its name, a type by kind and name, an import or export of a world as it stands.
fn title(item: &str) -> &str {
    if item.starts_with("import ") || item.starts_with("export ") {
        return item.trim_end_matches(';');
    }
    item.split([':', '{', '=', '(', ';']).next().unwrap_or(item).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_told_apart() {
        let text = "package p2p:x;\n\ninterface sql {\n  use types.{rows, event};\n\n  record statement {\n    text: string,\n  }\n\n  \
                    query: async func(text: string) -> rows;\n}\nworld feature {\n  import p2p:x/sql;\n}\n";
        let mut items = BTreeMap::new();
        collect("p2p:x", text, &mut items);
        let places: Vec<_> = items.keys().map(String::as_str).collect();
        assert_eq!(
            places,
            [
                "p2p:x interface sql: query",
                "p2p:x interface sql: record statement",
                "p2p:x interface sql: use event",
                "p2p:x interface sql: use rows",
                "p2p:x world feature: import p2p:x/sql",
            ]
        );
        assert_eq!(items["p2p:x interface sql: record statement"], "record statement { text: string, }");
    }
}
