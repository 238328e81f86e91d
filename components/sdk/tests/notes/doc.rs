//! The guide shows this feature and nothing else: each of its Rust and SQL blocks stands in the files it speaks of.

use std::path::Path;

fn file(path: &str) -> std::io::Result<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
}

fn blocks<'a>(guide: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    guide
        .split(&fence)
        .skip(1)
        .filter_map(|after| after.split_once("```").map(|(block, _)| block.trim_end()))
        .collect()
}

#[test]
fn the_guide_shows_what_is_compiled() {
    let guide = file("../../docs/write-a-feature.md").unwrap();
    let rust =
        ["src/notes.rs", "src/lib.rs"].map(|path| file(&format!("../template/{path}")).unwrap()).concat();
    let rust = rust + &file("tests/notes/main.rs").unwrap();
    let sql = file("../../migrations/template/sqlite/0001_notes.sql").unwrap();
    let (mut shown, mut unknown) = (0, Vec::new());
    for (language, source) in [("rust", &rust), ("sql", &sql)] {
        for block in blocks(&guide, language) {
            shown += 1;
            if !source.contains(block) {
                unknown.push(block.to_owned());
            }
        }
    }
    assert!(unknown.is_empty(), "these blocks of the guide stand in no file:\n{}", unknown.join("\n----\n"));
    assert!(shown > 5, "the guide shows {shown} blocks");
}
