//! The page around a letter's HTML. Styles stand at the elements, because mail programs drop everything else.

use p2p_context::Language;

const BODY: &str = "margin:0;padding:24px 12px;background:#f3f4f6";
const CARD: &str = "max-width:560px;margin:0 auto;padding:28px 32px;background:#ffffff;color:#1f2933;\
    border:1px solid #e1e5ea;border-radius:8px;overflow-wrap:anywhere;\
    font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans Arabic',Tahoma,Arial,sans-serif;\
    font-size:16px;line-height:1.6";

/// The whole page. `html` is safe already.
pub fn page(language: Language, subject: &str, html: &str) -> String {
    let (name, direction, side) = match language {
        Language::En => ("en", "ltr", "left"),
        Language::Ar => ("ar", "rtl", "right"),
    };
    let title = escape(subject);
    // Some programs keep only what is inside of body: the card says again which way its text runs.
    format!(
        "<!doctype html>\n<html lang=\"{name}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n</head>\n\
         <body style=\"{BODY}\">\n<div lang=\"{name}\" dir=\"{direction}\" style=\"{CARD};text-align:{side}\">\n\
         {html}</div>\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_runs_from_right_to_left() {
        let page = page(Language::Ar, "مرحبا", "<p>أهلا</p>\n");
        assert!(
            page.contains("<html lang=\"ar\" dir=\"rtl\">") && page.contains("text-align:right"),
            "{page}"
        );
        assert!(page.contains("<title>مرحبا</title>") && page.contains("<p>أهلا</p>"), "{page}");
    }

    #[test]
    fn english_runs_from_left_to_right_and_titles_are_text() {
        let page = page(Language::En, "<b> & c", "");
        assert!(page.contains("<div lang=\"en\" dir=\"ltr\"") && page.contains("text-align:left"), "{page}");
        assert!(page.contains("<title>&lt;b&gt; &amp; c</title>"), "{page}");
    }
}
