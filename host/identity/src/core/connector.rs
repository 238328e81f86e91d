//! Connections to the core, plain or with TLS by the certificates that the machine trusts.

use std::sync::Arc;

use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use super::CoreFault;

/// Makes connections to `http` and `https` addresses.
pub type Connector = HttpsConnector<HttpConnector>;

/// Reads the machine's certificates only if there is a use for them.
pub fn connector(wants_tls: bool) -> Result<Connector, CoreFault> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| CoreFault::Certificates(error.to_string()))?;
    let config = if wants_tls {
        config.with_native_roots().map_err(|error| CoreFault::Certificates(error.to_string()))?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    let connector = HttpsConnectorBuilder::new().with_tls_config(config.with_no_client_auth());
    Ok(connector.https_or_http().enable_http1().wrap_connector(http))
}
