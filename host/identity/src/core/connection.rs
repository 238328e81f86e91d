//! Where the core answers: the connection string, as SuperTokens writes it.

use std::str::FromStr;

use http::Uri;
use p2p_context::TenantId;

/// What stands for the tenant's id in an address.
const TENANT: &str = "{tenant}";

/// The addresses of one core, all alike, with `;` between them: `http://a:3567;http://b:3567/base`. `{tenant}` in a
/// path gives each tenant an app of its own: `http://core:3567/appid-{tenant}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection(Vec<String>);

/// The connection string cannot be used. Says which address, not what it is: there may be a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionFault {
    /// Nothing but separators.
    #[error("it names no address")]
    Empty,
    /// Not a plain address.
    #[error("address {0} is not like http://core:3567 or https://core.example.org/base")]
    Address(usize),
    /// Some addresses have an app per tenant and some do not.
    #[error("{{tenant}} stands in every address or in none")]
    Mixed,
}

impl Connection {
    /// The addresses of a tenant, with path and without a slash at the end.
    pub fn bases(&self, tenant: &TenantId) -> Vec<String> {
        self.0.iter().map(|address| address.replace(TENANT, tenant.as_str())).collect()
    }

    /// Whether each tenant has an app of its own. In one that is shared, an e-mail address belongs to one tenant alone.
    pub fn is_per_tenant(&self) -> bool {
        self.0.iter().any(|address| address.contains(TENANT))
    }

    /// Each address by itself.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.0.iter().map(|address| Self(vec![address.clone()]))
    }

    /// Whether any address wants TLS.
    pub fn wants_tls(&self) -> bool {
        self.0.iter().any(|address| address.starts_with("https://"))
    }
}

impl FromStr for Connection {
    type Err = ConnectionFault;

    fn from_str(text: &str) -> Result<Self, ConnectionFault> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let addresses: Result<Vec<_>, _> =
            parts.enumerate().map(|(at, part)| address(at + 1, part)).collect();
        let addresses = addresses?;
        let with_tenant = addresses.iter().filter(|address| address.contains(TENANT)).count();
        match addresses.len() {
            0 => Err(ConnectionFault::Empty),
            all if with_tenant != 0 && with_tenant != all => Err(ConnectionFault::Mixed),
            _ => Ok(Self(addresses)),
        }
    }
}

fn address(number: usize, text: &str) -> Result<String, ConnectionFault> {
    let fault = ConnectionFault::Address(number);
    let plain = text.trim_end_matches('/');
    let uri: Uri = plain.replace(TENANT, "main").parse().map_err(|_| fault)?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    // Tenants are told apart by path: hosts of their own would not share one API key.
    let is_plain = !authority.is_empty() && !authority.contains('@') && uri.query().is_none();
    let names_tenant_first = plain.split('/').nth(2).is_some_and(|authority| authority.contains(TENANT));
    if is_http && is_plain && !names_tenant_first && !plain.contains('#') {
        Ok(plain.to_owned())
    } else {
        Err(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<String>, ConnectionFault> {
        let acme = TenantId::new("acme").unwrap();
        text.parse().map(|connection: Connection| connection.bases(&acme))
    }

    #[test]
    fn several_addresses_with_and_without_paths_are_read() {
        assert_eq!(parse("http://core:3567"), Ok(vec!["http://core:3567".to_owned()]));
        assert_eq!(
            parse(" http://a:3567/ ; https://b.example.org/base//;"),
            Ok(vec!["http://a:3567".to_owned(), "https://b.example.org/base".to_owned()])
        );
        assert_eq!(parse("http://[::1]:3567"), Ok(vec!["http://[::1]:3567".to_owned()]));
        let connection: Connection = "http://a;https://b".parse().unwrap();
        assert!(connection.wants_tls() && !connection.is_per_tenant());
        assert_eq!(connection.each().count(), 2);
    }

    #[test]
    fn a_tenant_may_have_an_app_of_its_own() {
        assert_eq!(
            parse("http://core/base/appid-{tenant}"),
            Ok(vec!["http://core/base/appid-acme".to_owned()])
        );
        assert_eq!(parse("http://a/appid-{tenant};http://b"), Err(ConnectionFault::Mixed));
        assert!("http://a/appid-{tenant}".parse::<Connection>().unwrap().is_per_tenant());
    }

    #[test]
    fn what_is_no_plain_address_is_refused_by_its_number() {
        for text in ["", ";", " ; "] {
            assert_eq!(parse(text), Err(ConnectionFault::Empty), "{text:?}");
        }
        for bad in [
            "core:3567",
            "core",
            "ftp://core",
            "http://",
            "http://user:secret@core",
            "http://core?x=1",
            "http://core/#x",
            "http://{tenant}.core",
            "http://a b",
        ] {
            let fault = parse(&format!("http://a;{bad}")).unwrap_err();
            assert_eq!(fault, ConnectionFault::Address(2), "{bad}");
            assert!(!fault.to_string().contains("secret"));
        }
    }
}
