//! Rows for a terminal, in columns as wide as they need to be.

use std::fmt::Write as _;

/// Lays out a heading and rows.
pub fn render<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    let mut text = line(heading.iter().copied(), &widths);
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str), &widths));
    }
    text
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, wide) in cells.zip(widths) {
        // Writing to a string cannot fail.
        let _ = write!(line, "{cell}{:pad$}  ", "", pad = wide.saturating_sub(width(cell)));
    }
    format!("{}\n", line.trim_end())
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [["a".to_owned(), "long cell".to_owned()], ["bcd".to_owned(), String::new()]];
        assert_eq!(render(["x", "y"], &rows), "x    y\na    long cell\nbcd\n");
    }
}
