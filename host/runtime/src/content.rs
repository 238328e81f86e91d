//! Markdown to safe HTML, foreign HTML to safe HTML, Markdown to a short plain text. The allow-list is ammonia's
//! own, with classes for code highlighting and nothing else added.

use std::sync::LazyLock;

use comrak::nodes::NodeValue;
use comrak::{Arena, Options};

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    // Raw HTML is shown as text. Besides being what readers of a forum expect, it keeps unclosed elements from the
    // sanitizer, whose tree may otherwise grow with the square of the source.
    options.render.escape = true;
    options
});

/// For letters. A bare address in a value is text: it would lead where the author of the template never pointed.
static LETTERS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = OPTIONS.clone();
    options.extension.autolink = false;
    options.extension.tasklist = false;
    options
});

static SANITIZER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    builder.link_rel(Some("nofollow noopener noreferrer"));
    builder.url_schemes(["http", "https", "mailto"].into());
    builder
});

/// Elements of foreign HTML. Unclosed ones multiply: a parser opens each again in every paragraph that follows.
const ELEMENTS_MAX: usize = 1_000;

/// CommonMark with tables, strikethrough, task lists and autolinks, as safe HTML.
pub fn markdown(source: &str) -> String {
    // Every element that the renderer opens it also closes, so that its output needs no bound of its own.
    SANITIZER.clean(&comrak::markdown_to_html(source, &OPTIONS)).to_string()
}

/// Markdown of a letter as safe HTML. Its texts and the targets of its links pass through the two functions; what these
/// answer stands as it is and is never read as Markdown.
pub fn letter<E>(
    source: &str,
    text: impl Fn(&str) -> Result<String, E>,
    target: impl Fn(&str) -> Result<String, E>,
) -> Result<String, E> {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, source, &LETTERS);
    for node in root.descendants() {
        match &mut node.data_mut().value {
            NodeValue::Text(words) => *words = text(words)?.into(),
            NodeValue::HtmlInline(html) => *html = text(html)?,
            NodeValue::HtmlBlock(html) => html.literal = text(&html.literal)?,
            NodeValue::Code(code) => code.literal = text(&code.literal)?,
            NodeValue::CodeBlock(code) => code.literal = text(&code.literal)?,
            NodeValue::Link(link) | NodeValue::Image(link) => {
                link.url = target(&link.url)?;
                link.title = text(&link.title)?;
            }
            _ => {}
        }
    }
    let mut html = String::with_capacity(2 * source.len());
    // Nothing can go wrong where a text grows in memory.
    let _ = comrak::format_html(root, &LETTERS, &mut html);
    Ok(SANITIZER.clean(&html).to_string())
}

/// Foreign HTML through the allow-list. What has too many elements to be looked at cheaply is shown as text.
pub fn sanitize(html: &str) -> String {
    let elements =
        html.split('<').skip(1).filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())).count();
    if elements > ELEMENTS_MAX { ammonia::clean_text(html) } else { SANITIZER.clean(html).to_string() }
}

/// What a reader would see first: the text of the Markdown, white space folded, at most `max` characters.
pub fn excerpt(source: &str, max: usize) -> String {
    let arena = Arena::new();
    // Text far behind the cut cannot be seen; parsing it would only cost.
    let end = source.floor_char_boundary(max.saturating_mul(16).max(4_096));
    let root = comrak::parse_document(&arena, source.get(..end).unwrap_or(source), &OPTIONS);
    let mut text = String::new();
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::CodeBlock(_) | NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            value if value.block() => text.push(' '),
            _ => {}
        }
    }
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), max)
}

fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let end = text.char_indices().nth(max.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let kept = text.get(..end).unwrap_or_default();
    let word_end = kept.rfind(' ').filter(|at| *at > end / 2).unwrap_or(end);
    format!("{}…", kept.get(..word_end).unwrap_or(kept).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_handlers_do_not_survive() {
        let source =
            "# Hi\n\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))";
        let html = markdown(source);
        assert!(html.contains("<h1>Hi</h1>"), "{html}");
        for bad in ["<script", "<img", "href=\"javascript:"] {
            assert!(!html.contains(bad), "{html}");
        }
    }

    #[test]
    fn unclosed_elements_do_not_multiply() {
        let opened: String = (0..3_000).map(|n| format!("<b a{n}>")).collect();
        let hostile = format!("{opened}{}", "<p>x".repeat(5_000));
        assert!(sanitize(&hostile).len() < 20 * hostile.len());
        assert!(markdown(&hostile).len() < 20 * hostile.len());
    }

    #[test]
    fn engineering_text_is_kept() {
        assert_eq!(markdown("a < b && c > d"), "<p>a &lt; b &amp;&amp; c &gt; d</p>\n");
        assert!(markdown("| a | b |\n|---|---|\n| 1 | 2 |").contains("<table>"));
    }

    #[test]
    fn an_excerpt_is_plain_and_short() {
        assert_eq!(
            excerpt("# Valve *noise*\n\nIt `rattles` at night.", 100),
            "Valve noise It rattles at night."
        );
        let cut = excerpt(&"كلمة ".repeat(100), 20);
        assert!(cut.chars().count() <= 20 && cut.ends_with('…'), "{cut}");
    }
}
