//! From a Host header to a tenant. Knows names only; proxies and their headers are the HTTP room's.

use std::borrow::Cow;
use std::collections::HashMap;

use p2p_context::TenantId;

use crate::file::{ANY_HOST, Tenant};

/// The hosts of every tenant.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    exact: HashMap<String, TenantId>,
    any: Option<TenantId>,
}

impl Hosts {
    /// The hosts that these tenants name.
    pub fn of(tenants: &[Tenant]) -> Self {
        let mut hosts = Self::default();
        for tenant in tenants {
            for host in &tenant.hosts {
                match host.as_str() {
                    ANY_HOST => hosts.any = Some(tenant.id.clone()),
                    name => drop(hosts.exact.insert(name.to_owned(), tenant.id.clone())),
                }
            }
        }
        hosts
    }

    /// The tenant that a Host header means: its own name first, then whoever takes any host. A request without a
    /// host belongs to nobody.
    pub fn resolve(&self, header: &str) -> Option<&TenantId> {
        let name = host_name(header);
        if name.is_empty() {
            return None;
        }
        if self.exact.is_empty() {
            return self.any.as_ref();
        }
        self.exact.get(lower(name).as_ref()).or(self.any.as_ref())
    }
}

/// The host without its port; brackets of an IPv6 address stay.
pub(crate) fn host_name(header: &str) -> &str {
    match header.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !is_cut_address(name) => name,
        _ => header,
    }
}

fn is_cut_address(name: &str) -> bool {
    name.starts_with('[') && !name.ends_with(']')
}

fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|b| b.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn hosts(entries: &[(&str, &[&str])]) -> Hosts {
        let text: String = entries
            .iter()
            .map(|(id, hosts)| format!("[[tenant]]\nid = \"{id}\"\nhosts = {hosts:?}\n"))
            .collect();
        Hosts::of(&crate::file::parse(&text, Path::new("tenants.toml")).unwrap())
    }

    fn resolved<'a>(hosts: &'a Hosts, header: &str) -> Option<&'a str> {
        hosts.resolve(header).map(TenantId::as_str)
    }

    #[test]
    fn an_exact_host_comes_before_the_one_for_all() {
        let hosts = hosts(&[("acme", &["acme.example", "[::1]"]), ("rest", &["*"])]);
        for (header, tenant) in [
            ("acme.example", "acme"),
            ("ACME.example:8443", "acme"),
            ("[::1]:8000", "acme"),
            ("[::1]", "acme"),
            ("acme.example.evil", "rest"),
        ] {
            assert_eq!(resolved(&hosts, header), Some(tenant), "{header}");
        }
        assert_eq!(resolved(&hosts, ""), None);
        assert_eq!(resolved(&hosts, ":80"), None);
    }

    #[test]
    fn an_unknown_host_is_nobody() {
        assert_eq!(resolved(&hosts(&[("acme", &["acme.example"])]), "other.example"), None);
    }
}
