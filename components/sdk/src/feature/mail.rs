//! A letter that a feature sends: Markdown in two languages, kept in the manifest and filled in by the host.

/// A template. Made by [`mail!`](crate::mail).
#[derive(Debug, Clone, Copy)]
pub struct MailTemplate {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub en: &'static str,
    #[doc(hidden)]
    pub ar: &'static str,
}

/// `mail!("mail", "verify-email")` takes `mail/verify-email.en.md` and `mail/verify-email.ar.md` beside `src/`. The first
/// line of each is `# ` and the subject; `{{name}}` stands for a value.
#[macro_export]
macro_rules! mail {
    ($folder:literal, $name:literal) => {
        $crate::MailTemplate {
            name: $name,
            en: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $name, ".en.md")),
            ar: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $name, ".ar.md")),
        }
    };
}

#[cfg(feature = "describe")]
impl MailTemplate {
    /// As it stands in the manifest.
    pub(crate) fn described(&self) -> serde_json::Value {
        serde_json::json!({ "name": self.name, "en": text(self.en), "ar": text(self.ar) })
    }

    /// What the author should put right.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let broken =
            [("en", self.en), ("ar", self.ar)].into_iter().filter(|(_, source)| split(source).is_none());
        broken
            .map(|(language, _)| format!("mail {}.{language}.md begins without `# subject`", self.name))
            .collect()
    }
}

#[cfg(feature = "describe")]
fn text(source: &str) -> serde_json::Value {
    let (subject, body) = split(source).unwrap_or_default();
    serde_json::json!({ "subject": subject, "body": body })
}

#[cfg(feature = "describe")]
fn split(source: &str) -> Option<(&str, &str)> {
    let (first, body) = source.split_once('\n')?;
    let subject = first.strip_prefix("# ")?.trim();
    (!subject.is_empty()).then(|| (subject, body.trim()))
}
