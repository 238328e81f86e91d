//! Which value of a JSON text a reader stopped at, by the position it reports: the path of the field to name.
//!
//! A reader that tracks paths would do the same, but is compiled once more for every type that is read: seven to fourteen
//! kilobytes of a component each.

/// The path (`tags[1]`, `place.city`) of the innermost value at a position: the line counted from 1, and how many bytes of
/// it were read. Empty for the whole text. The text is JSON as far as the position.
pub(super) fn path_at(json: &[u8], line: usize, column: usize) -> String {
    let before = json.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1));
    let read = before.map(<[u8]>::len).sum::<usize>() + column;
    let mut scan = Scan { json, at: 0 };
    let mut path = String::new();
    while let Some(step) = scan.step_towards(read) {
        match step {
            Step::Member(name) if path.is_empty() => path.push_str(&name),
            Step::Member(name) => {
                path.push('.');
                path.push_str(&name);
            }
            Step::Item(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

enum Step {
    Member(String),
    Item(usize),
}

struct Scan<'a> {
    json: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// From the value it stands at into the one inside that holds the position; none when there is no such.
    fn step_towards(&mut self, read: usize) -> Option<Step> {
        self.pass_blanks();
        let is_object = match self.json.get(self.at)? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        self.at += 1;
        for index in 0.. {
            self.pass(|byte| byte.is_ascii_whitespace() || byte == b',');
            let name = if is_object { Some(self.name()?) } else { None };
            let begin = self.at;
            let end = self.end_of_value();
            if begin > read || end == begin {
                return None;
            }
            if read <= end {
                self.at = begin;
                return Some(name.map_or(Step::Item(index), Step::Member));
            }
            self.at = end;
        }
        None
    }

    /// A member's name; stands at its value then.
    fn name(&mut self) -> Option<String> {
        let begin = self.at;
        if self.json.get(begin) != Some(&b'"') {
            return None;
        }
        self.at = self.end_of_value();
        let name = p2p_values::from_slice(self.json.get(begin..self.at)?).ok();
        self.pass(|byte| byte.is_ascii_whitespace() || byte == b':');
        name
    }

    /// Where the value that begins here ends; the end of the text when it does not.
    fn end_of_value(&self) -> usize {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (offset, byte) in rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return self.at + offset,
                _ => continue,
            }
            let closed = matches!(byte, b'"' | b'}' | b']');
            if closed && depth == 0 && !quoted && !escaped {
                return self.at + offset + 1;
            }
        }
        self.json.len()
    }

    fn pass_blanks(&mut self) {
        self.pass(|byte| byte.is_ascii_whitespace());
    }

    fn pass(&mut self, passed: impl Fn(u8) -> bool) {
        let rest = self.json.get(self.at..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| passed(**byte)).count();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// The path at the end of a marker's first occurrence.
    fn path(json: &str, marker: &str) -> String {
        let read = json.find(marker).unwrap() + marker.len();
        let line = json[..read].matches('\n').count() + 1;
        let column = read - json[..read].rfind('\n').map_or(0, |at| at + 1);
        path_at(json.as_bytes(), line, column)
    }

    #[test]
    fn the_innermost_value_is_named() {
        let json = r#"{ "a": 1, "b\"c": [true, { "d": "x,}y", "e": [ ] } ],
            "سلام": null }"#;
        for (marker, wanted) in [
            ("1", "a"),
            ("true", "b\"c[0]"),
            ("\"x,}y\"", "b\"c[1].d"),
            ("\"e\": ", "b\"c[1].e"),
            ("[ ]", "b\"c[1].e"),
            ("[ ] }", "b\"c[1]"),
            ("[ ] } ]", "b\"c"),
            ("null", "سلام"),
            ("null }", ""),
        ] {
            assert_eq!(path(json, marker), wanted, "{marker}");
        }
    }

    proptest! {
        #[test]
        fn any_text_and_position_are_safe(json in "[\\[\\]{}\",:\\\\ \na0]{0,40}", line in 0usize..5, column in 0usize..50) {
            let _ = path_at(json.as_bytes(), line, column);
        }

        #[test]
        fn each_item_of_a_list_is_found(items in proptest::collection::vec("\\PC{0,8}", 1..6), which in any::<prop::sample::Index>()) {
            let which = which.index(items.len());
            let json = serde_json::to_vec(&items).unwrap();
            let read = serde_json::to_vec(&items[..=which]).unwrap().len() - 1;
            prop_assert_eq!(path_at(&json, 1, read), format!("[{which}]"));
            prop_assert!(serde_json::from_slice::<Value>(&json).is_ok());
        }
    }
}
