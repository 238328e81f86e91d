//! From a template and its values to the two forms of a letter. A value is text wherever it lands: it adds no markup, no
//! line and no link, but where the template itself says that a link belongs.

use std::collections::BTreeMap;

use p2p_runtime::content;
use p2p_tenants::manifest::MailText;

/// A template with its values in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// One line.
    pub subject: String,
    /// For those who read plain text: the Markdown itself.
    pub text: String,
    /// Safe HTML.
    pub html: String,
}

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// The feature gave no such value.
    #[error("the template wants a value `{0}` that was not given")]
    Unknown(String),
    /// `{{` without `}}`.
    #[error("the template has a placeholder without an end")]
    Endless,
    /// Something else than an http or https address where a link belongs.
    #[error("the template wants a link, and what was given is none")]
    NoLink,
}

type Values = BTreeMap<String, String>;

/// Fills in a template. A link that is a mere path leads to the website.
pub fn fill(template: &MailText, values: &Values, website: &str) -> Result<Filled, TemplateFault> {
    let values = &led_home(&template.body, values, website);
    let text = |source: &str| replace(source, values);
    Ok(Filled {
        subject: one_line(&text(&template.subject)?),
        text: text(&template.body)?,
        html: content::letter(&spell_out(&template.body), text, |source| link(source, values))?,
    })
}

/// The values, those that are paths and stand where a link belongs made whole.
fn led_home(body: &str, values: &Values, website: &str) -> Values {
    let is_link = |name: &str| ["(", "<"].iter().any(|open| body.contains(&format!("{open}{{{{{name}}}}}")));
    let whole = |(name, value): (&String, &String)| {
        let is_path = value.starts_with('/') && is_link(name);
        (name.clone(), if is_path { format!("{website}{value}") } else { value.clone() })
    };
    values.iter().map(whole).collect()
}

fn replace(source: &str, values: &Values) -> Result<String, TemplateFault> {
    let mut filled = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, after) = behind.split_once("}}").ok_or(TemplateFault::Endless)?;
        let value = values.get(name).ok_or_else(|| TemplateFault::Unknown(name.to_owned()))?;
        filled.push_str(before);
        filled.push_str(&one_line(value));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The target of a link; with a value in it, it must lead to the web.
fn link(source: &str, values: &Values) -> Result<String, TemplateFault> {
    let target = replace(source, values)?;
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| target.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    if target == source || is_web && !target.contains(char::is_whitespace) {
        Ok(target)
    } else {
        Err(TemplateFault::NoLink)
    }
}

/// `<{{name}}>` as the link with text that Markdown knows: between angle brackets it wants to see a scheme.
fn spell_out(body: &str) -> String {
    let mut spelled = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, behind)) = rest.split_once("<{{") {
        spelled.push_str(before);
        rest = match behind.split_once("}}>") {
            Some((name, after)) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) => {
                spelled.push_str(&format!("[{{{{{name}}}}}]({{{{{name}}}}})"));
                after
            }
            _ => {
                spelled.push_str("<{{");
                behind
            }
        };
    }
    spelled.push_str(rest);
    spelled
}

/// White space folded, and nothing that is unseen: neither control characters nor marks that turn the direction of the
/// text behind them.
fn one_line(text: &str) -> String {
    let is_unseen =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let seen: String = text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(body: &str, value: &str) -> Result<Filled, TemplateFault> {
        let template = MailText { subject: "To {{v}}".to_owned(), body: body.to_owned() };
        fill(&template, &BTreeMap::from([("v".to_owned(), value.to_owned())]), "https://app.example")
    }

    #[test]
    fn a_path_leads_to_the_website_where_a_link_belongs() {
        let linked = filled("[Go]({{v}}) to {{v}}", "/in?token=a&x=1").unwrap();
        assert!(linked.html.contains("href=\"https://app.example/in?token=a&amp;x=1\""), "{}", linked.html);
        assert_eq!(
            linked.text,
            "[Go](https://app.example/in?token=a&x=1) to https://app.example/in?token=a&x=1"
        );
        assert_eq!(filled("{{v}}", "/in").unwrap().text, "/in");
    }

    #[test]
    fn values_stand_where_their_names_stood() {
        let filled = filled("Hello **{{v}}**, {{v}}!", "Sara & Co").unwrap();
        assert_eq!(filled.subject, "To Sara & Co");
        assert_eq!(filled.text, "Hello **Sara & Co**, Sara & Co!");
        assert_eq!(filled.html, "<p>Hello <strong>Sara &amp; Co</strong>, Sara &amp; Co!</p>\n");
    }

    #[test]
    fn a_value_adds_no_markup() {
        for value in [
            "**bold**",
            "<b>bold</b>",
            "<script>alert(1)</script>",
            "[x](https://evil.example)",
            "<https://evil.example>",
            "https://evil.example",
            "www.evil.example",
            "a@evil.example",
            "# Title",
            "- item",
            "1. item",
            "a\n\n# Title\n\n    code",
            "` code `",
            "~~gone~~ | a | b |",
            "&lt;b&gt; &amp;",
            "{{v}}",
            "\\*a\\*",
        ] {
            let html = filled("Say {{v}} twice: {{v}}.", value).unwrap().html;
            let inside = html.strip_prefix("<p>Say ").and_then(|rest| rest.strip_suffix(".</p>\n")).unwrap();
            assert!(!inside.contains('<'), "{value}: {html}");
            assert_eq!(html.matches('<').count(), 2, "{value}: {html}");
        }
        assert_eq!(filled("`{{v}}` and <i>{{v}}</i>", "`*a*`").unwrap().html.matches("<em>").count(), 0);
    }

    #[test]
    fn a_link_leads_to_the_web_or_nowhere() {
        let link = "https://app.example/in?token=a_b*c&tenantId=public";
        for body in ["<{{v}}>", "[Sign in]({{v}})", "Go to <{{v}}> now"] {
            let filled = filled(body, link).unwrap();
            assert!(
                filled.html.contains("href=\"https://app.example/in?token=a_b*c&amp;tenantId=public\""),
                "{filled:?}"
            );
            assert!(filled.text.contains(link));
        }
        for wrong in ["javascript:alert(1)", "mailto:a@b.example", "", "https://a b", "data:text/html,x"] {
            assert_eq!(filled("[Sign in]({{v}})", wrong), Err(TemplateFault::NoLink), "{wrong}");
        }
        let fixed = filled("[Help](mailto:help@works.example) for {{v}}", "x").unwrap();
        assert!(
            fixed.html.contains("href=\"mailto:help@works.example\""),
            "a template may say what it wants"
        );
    }

    #[test]
    fn what_was_not_given_is_named() {
        assert_eq!(filled("{{w}}", "x"), Err(TemplateFault::Unknown("w".to_owned())));
        assert_eq!(filled("<{{w}}>", "x"), Err(TemplateFault::Unknown("w".to_owned())));
        assert_eq!(filled("{{v", "x"), Err(TemplateFault::Endless));
    }

    #[test]
    fn a_subject_is_one_line_that_runs_one_way() {
        let filled = filled("x", "Sara\r\nBcc: a@b.example\u{202e}\tmore").unwrap();
        assert_eq!(filled.subject, "To Sara Bcc: a@b.example more");
    }
}
