//! The files of the pages, as they lie in the binary. Scripts of others are kept as gzip, which nearly every reader
//! takes; they are unpacked for the others.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _};

use flate2::read::GzDecoder;
use http::HeaderValue;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file.
pub struct File {
    /// As the pages call it.
    pub name: &'static str,
    /// What it is.
    pub media_type: &'static str,
    /// What it holds.
    pub content: Content,
}

/// How a file is kept.
pub enum Content {
    /// As it is.
    Plain(&'static str),
    /// Packed.
    Gzip(&'static [u8]),
}

/// The page at `/docs`.
pub const SWAGGER_UI: File = File {
    name: "docs.html",
    media_type: HTML,
    content: Content::Plain(include_str!("../../assets/docs.html")),
};
/// The page at `/redoc`.
pub const REDOC: File = File {
    name: "redoc.html",
    media_type: HTML,
    content: Content::Plain(include_str!("../../assets/redoc.html")),
};

/// What they are made of. The licences of what others wrote are part of it.
pub const PARTS: [File; 7] = [
    packed(
        "swagger-ui-bundle.js",
        SCRIPT,
        include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz")),
    ),
    packed("swagger-ui.css", STYLE, include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"))),
    plain("swagger-ui-start.js", SCRIPT, include_str!("../../assets/swagger-ui-start.js")),
    packed("redoc.standalone.js", SCRIPT, include_bytes!("../../assets/redoc/redoc.standalone.js.gz")),
    plain(
        "redoc.standalone.js.LICENSE.txt",
        "text/plain; charset=utf-8",
        include_str!("../../assets/redoc/redoc.standalone.js.LICENSE.txt"),
    ),
    plain("redoc-start.js", SCRIPT, include_str!("../../assets/redoc-start.js")),
    plain("page.css", STYLE, include_str!("../../assets/page.css")),
];

const fn plain(name: &'static str, media_type: &'static str, text: &'static str) -> File {
    File { name, media_type, content: Content::Plain(text) }
}

const fn packed(name: &'static str, media_type: &'static str, gzip: &'static [u8]) -> File {
    File { name, media_type, content: Content::Gzip(gzip) }
}

impl File {
    /// Changes with the content. Weak, because the content travels packed or not.
    pub fn etag(&self) -> HeaderValue {
        let mut hasher = DefaultHasher::new();
        match self.content {
            Content::Plain(text) => text.hash(&mut hasher),
            // Its length and checksum stand at its end.
            Content::Gzip(bytes) => bytes.iter().rev().take(8).for_each(|byte| byte.hash(&mut hasher)),
        }
        let tag = format!("W/\"{:016x}\"", hasher.finish());
        HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("W/\"\""))
    }

    /// What it holds, whole.
    pub fn unpacked(&self) -> io::Result<Vec<u8>> {
        match self.content {
            Content::Plain(text) => Ok(text.as_bytes().to_vec()),
            Content::Gzip(bytes) => {
                let mut whole = Vec::new();
                GzDecoder::new(bytes).read_to_end(&mut whole)?;
                Ok(whole)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Of `bundles/redoc.standalone.js` in the npm package redoc 2.5.4.
    const REDOC_SHA256: &str = "dcaf76612bc4a3fbcc923a8966dee2f6146a5f32e5ce1b6f02dd60cbbf89500b";
    /// The one place where ours differs: a logo from elsewhere, and a picture that is none.
    const LOGO: [&str; 2] = ["src:\"https://cdn.redoc.ly/redoc/logo-mini.svg\"", "src:\"data:,\""];

    fn text(name: &str) -> String {
        let file = PARTS.iter().find(|file| file.name == name).unwrap();
        String::from_utf8(file.unpacked().unwrap()).unwrap()
    }

    #[test]
    fn redoc_is_as_published_but_for_its_logo() {
        let ours = text("redoc.standalone.js");
        assert_eq!(ours.matches(LOGO[1]).count(), 1);
        let hash = Sha256::digest(ours.replace(LOGO[1], LOGO[0]));
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, REDOC_SHA256);
    }

    #[test]
    fn swagger_ui_is_whole() {
        assert!(text("swagger-ui-bundle.js").contains("SwaggerUIBundle"));
        assert!(text("swagger-ui.css").contains(".swagger-ui"));
    }

    #[test]
    fn every_file_a_page_names_is_there_and_has_a_tag_of_its_own() {
        let mut tags: Vec<_> = PARTS.iter().map(File::etag).collect();
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), PARTS.len());
        for page in [SWAGGER_UI, REDOC] {
            let html = String::from_utf8(page.unpacked().unwrap()).unwrap();
            let names: Vec<_> =
                html.split("\"/docs/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert!(names.len() >= 3, "{names:?}");
            for name in names {
                assert!(PARTS.iter().any(|file| file.name == name), "{name}");
            }
        }
    }
}
