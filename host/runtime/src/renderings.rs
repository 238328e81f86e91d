//! Safe HTML of Markdown that was rendered before: readers ask for the same texts again and again, and rendering one
//! costs as much as a query. Holds nothing that could not be rendered again.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use p2p_context::TenantId;
use sha2::{Digest as _, Sha256};

use crate::content;

/// Bytes of HTML kept of all tenants, with what a note of one costs.
const BYTES_MAX: u64 = 16 << 20;
/// Key, links and counters of one note.
const NOTE: usize = 200;
/// A text that was deleted is not kept for longer.
const TTL: Duration = Duration::from_hours(1);

/// What was rendered lately. Of each tenant by itself: how fast an answer comes tells nobody what others wrote.
pub struct Renderings {
    known: Cache<[u8; 32], Arc<str>>,
}

impl Default for Renderings {
    fn default() -> Self {
        let weigher = |_: &[u8; 32], html: &Arc<str>| u32::try_from(html.len() + NOTE).unwrap_or(u32::MAX);
        let known = Cache::builder().weigher(weigher).max_capacity(BYTES_MAX).time_to_live(TTL).build();
        Self { known }
    }
}

impl Renderings {
    /// Markdown of a tenant as safe HTML.
    pub fn markdown(&self, tenant: &TenantId, source: &str) -> String {
        self.find(tenant, source).unwrap_or_else(|| self.render(tenant, source))
    }

    /// The HTML of a source that was rendered lately.
    pub fn find(&self, tenant: &TenantId, source: &str) -> Option<String> {
        self.known.get(&key(tenant, source)).map(|html| html.as_ref().to_owned())
    }

    /// Renders a source, and keeps its HTML.
    pub fn render(&self, tenant: &TenantId, source: &str) -> String {
        let html = content::markdown(source);
        self.known.insert(key(tenant, source), html.as_str().into());
        html
    }
}

/// A tenant's name has no byte that ends it, so that no other name and text could be read as these.
fn key(tenant: &TenantId, source: &str) -> [u8; 32] {
    Sha256::new().chain_update(tenant.as_str()).chain_update([0]).chain_update(source).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_rendered_once_and_says_the_same_again() {
        let (renderings, tenant) = (Renderings::default(), TenantId::new("main").unwrap());
        let source = "# Valve\n\n*noise* <script>";
        let first = renderings.markdown(&tenant, source);
        assert_eq!(first, content::markdown(source));
        // What is kept is what is answered.
        renderings.known.insert(key(&tenant, source), "kept".into());
        assert_eq!(renderings.markdown(&tenant, source), "kept");
    }

    #[test]
    fn tenants_and_texts_are_kept_apart() {
        let tenant = |name: &str| TenantId::new(name).unwrap();
        let keys = [
            key(&tenant("a"), "bc"),
            key(&tenant("ab"), "c"),
            key(&tenant("a"), "b"),
            key(&tenant("b"), "bc"),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(!keys.iter().skip(at + 1).any(|other| other == one));
        }
    }

    #[test]
    fn the_bytes_kept_are_bounded() {
        let (renderings, tenant) = (Renderings::default(), TenantId::new("main").unwrap());
        let long = "word ".repeat(20_000);
        for number in 0..300 {
            renderings.markdown(&tenant, &format!("{number} {long}"));
        }
        renderings.known.run_pending_tasks();
        assert!(renderings.known.weighted_size() <= BYTES_MAX);
        assert!(renderings.known.entry_count() < 300);
    }
}
