//! The names of a core module's functions, made short: a trap names the guest's function by them, and people read them.
//! As compilers write them they would be a fifth of the component.

use anyhow::{Context, Result};
use wasm_encoder::{Component, CustomSection, Module, NameMap, NameSection, RawSection};
use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload};

/// Characters of a name from a feature or the SDK.
const OWN_LENGTH: usize = 56;
/// Characters of a name from a library: whoever called it says more.
const OTHER_LENGTH: usize = 24;
/// How the crates of features and the SDK begin.
const OWN: &str = "p2p_";

/// The custom section of a component's own names.
const WIRING: &str = "component-name";

/// The same module with short names.
///
/// # Errors
/// When it is no module.
pub fn shortened(module: &[u8]) -> Result<Vec<u8>> {
    let mut out = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("the core module cannot be read")?;
        match &payload {
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Name(names) => drop(out.section(&short(names)?)),
                _ => {
                    let (name, data) = (section.name().into(), section.data().into());
                    out.section(&CustomSection { name, data });
                }
            },
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let data = module.get(range).context("a section passes the end of the module")?;
                    out.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(out.finish())
}

/// The same component without the names of what it is wired from: nothing ever tells of those.
///
/// # Errors
/// When it is none.
pub fn without_wiring(component: &[u8]) -> Result<Vec<u8>> {
    let (mut out, mut depth) = (Component::new(), 0_u32);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.context("the component cannot be read")?;
        match &payload {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            // What is nested is copied whole, with the section that holds it.
            _ if depth > 1 => {}
            Payload::CustomSection(section) if section.name() == WIRING => {}
            payload => {
                if let Some((id, range)) = payload.as_section() {
                    let data = component.get(range).context("a section passes the end of the component")?;
                    out.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(out.finish())
}

/// Bytes of names in a finished component.
///
/// # Errors
/// When it is none.
pub fn length(component: &[u8]) -> Result<u64> {
    let mut length = 0;
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::CustomSection(section) = payload.context("the component cannot be read")?
            && matches!(section.as_known(), KnownCustom::Name(_))
        {
            length += section.data().len() as u64;
        }
    }
    Ok(length)
}

/// Functions alone; what locals are called helps nobody without a debugger.
fn short(names: NameSectionReader<'_>) -> Result<NameSection> {
    let mut functions = NameMap::new();
    for subsection in names {
        let Name::Function(map) = subsection? else { continue };
        for naming in map {
            let naming = naming?;
            functions.append(naming.index, &plain(naming.name));
        }
    }
    let mut section = NameSection::new();
    section.functions(&functions);
    Ok(section)
}

/// `_ZN12p2p_accounts4auth5login28_$u7b$$u7b$closure…` becomes `p2p_accounts::auth::login{}`, and
/// `_ZN4core3ptr13drop_in_place…` becomes `drop_in_place`.
fn plain(mangled: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    let name = name.replace("::{{closure}}", "{}").replace("::{closure#0}", "{}").replace("{}{}", "{}");
    match name.find(OWN) {
        Some(begin) => cut(name.get(begin..).unwrap_or(&name), OWN_LENGTH),
        None => cut(name.rsplit("::").next().unwrap_or(&name), OTHER_LENGTH),
    }
}

fn cut(name: &str, length: usize) -> String {
    name.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CodeSection, Function, FunctionSection, TypeSection};

    use super::*;

    #[test]
    fn names_are_plain_and_everything_else_stays() {
        let (mut module, mut types, mut functions, mut code) =
            (Module::new(), TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        functions.function(0);
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);
        let mut map = NameMap::new();
        map.append(0, "_ZN12p2p_accounts4auth5login28_$u7b$$u7b$closure$u7d$$u7d$17hcb3f84360b6a9c45E");
        let mut names = NameSection::new();
        names.functions(&map);
        let kept = CustomSection { name: "kept".into(), data: b"as it is".as_slice().into() };
        module.section(&types).section(&functions).section(&code).section(&names).section(&kept);
        let shortened = shortened(&module.finish()).unwrap();
        let text = String::from_utf8_lossy(&shortened);
        assert!(text.contains("p2p_accounts::auth::login{}") && text.contains("as it is"), "{text}");
        assert!(!text.contains("17h"), "{text}");
        wasmparser::Validator::new().validate_all(&shortened).unwrap();
    }

    #[test]
    fn a_name_that_is_not_mangled_stays_and_a_long_one_is_cut() {
        assert_eq!(plain("cabi_realloc"), "cabi_realloc");
        assert_eq!(plain(&"x".repeat(500)).len(), OTHER_LENGTH);
        assert_eq!(plain("_ZN4core3ptr13drop_in_place17hcb3f84360b6a9c45E"), "drop_in_place");
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(shortened(b"ELF").is_err());
    }
}
