//! Components made from text, for what no honest build would produce: foreign imports, wrong signatures, other
//! contract versions.

use flate2::read::GzDecoder;
use wasm_encoder::{ComponentSection, CustomSection, Encode};

/// The section the host reads first.
const MANIFEST: &str = "p2p:manifest";

/// A handler that exists in name only: enough to be checked, never to be called.
pub const HANDLER: &str = r#"(instance $handler) (export "p2p:feature/handler@0.1.0" (instance $handler))"#;

/// A component of this text with this manifest.
#[expect(clippy::expect_used, reason = "the text is a test's own")]
pub fn component(body: &str, manifest: &serde_json::Value) -> Vec<u8> {
    let mut bytes = wat::parse_str(format!("(component {body})")).expect("component text");
    append_manifest(&mut bytes, manifest);
    bytes
}

/// A manifest without routes, built against this contract.
pub fn manifest(name: &str, contract: &str) -> serde_json::Value {
    serde_json::json!({"contract": contract, "name": name, "version": "1.0.0"})
}

/// Adds a manifest section behind whatever the component has.
pub fn append_manifest(component: &mut Vec<u8>, manifest: &serde_json::Value) {
    let json = manifest.to_string();
    let section = CustomSection { name: MANIFEST.into(), data: json.as_bytes().into() };
    component.push(ComponentSection::id(&section));
    section.encode(component);
}

/// The same component with another manifest: it is taken out, changed and put back.
#[expect(clippy::expect_used, clippy::panic, reason = "a test's own component")]
pub fn remade(
    component: &[u8],
    change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>),
) -> Vec<u8> {
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        let Ok(wasmparser::Payload::CustomSection(section)) = payload else { continue };
        if section.name() != MANIFEST {
            continue;
        }
        let mut manifest: serde_json::Map<String, serde_json::Value> =
            serde_json::from_reader(GzDecoder::new(section.data())).expect("manifest");
        change(&mut manifest);
        let manifest = serde_json::Value::Object(manifest);
        // It is the last section: everything before it is kept as it is.
        let begin = section_begin(component, section.range().start);
        let mut remade = component.get(..begin).expect("section").to_vec();
        append_manifest(&mut remade, &manifest);
        return remade;
    }
    panic!("the component has no manifest")
}

/// Where the section whose content begins here begins itself: an id byte and a length of up to five bytes before it.
#[expect(clippy::expect_used, reason = "a test's own component")]
fn section_begin(component: &[u8], content: usize) -> usize {
    (2..=6)
        .map(|back| content - back)
        .find(|at| {
            let head = component.get(*at..content).expect("before the content");
            head.first() == Some(&0)
                && leb_length(head.get(1..).unwrap_or_default()) == component.get(content..).map(<[u8]>::len)
        })
        .expect("the manifest is the last section")
}

fn leb_length(bytes: &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        let is_last = byte & 0x80 == 0;
        if is_last != (index + 1 == bytes.len()) {
            return None;
        }
    }
    Some(value)
}
