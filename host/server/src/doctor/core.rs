//! Whether the SuperTokens Core answers, if one is configured: at each address, for each tenant that has an app of its
//! own there.

use std::time::Duration;

use p2p_context::{Deadline, TenantId};
use p2p_identity::{CoreConfig, CoreLook};

use super::Finding;
use crate::config::Config;
use crate::features;

/// For one look at all addresses.
const PATIENCE: Duration = Duration::from_secs(5);
const WHAT: &str = "SuperTokens Core";

/// One finding for each address and app; none when the server keeps sessions itself.
pub async fn look(config: &Config) -> Vec<Finding> {
    let Some(core) = &config.core else { return Vec::new() };
    // What is wrong with the tenants file is said elsewhere; the core is looked at all the same.
    let tenants = features::find(&config.features).unwrap_or_default();
    let mut tenants: Vec<_> = tenants.into_iter().map(|tenant| tenant.id).collect();
    if tenants.is_empty() {
        tenants.extend(TenantId::new("main"));
    }
    let mut findings = Vec::new();
    if !core.connection.is_per_tenant() {
        findings.extend(shared(&tenants));
        tenants.truncate(1);
    }
    for tenant in &tenants {
        findings.extend(look_for(core, tenant).await);
    }
    findings
}

async fn look_for(core: &CoreConfig, tenant: &TenantId) -> Vec<Finding> {
    let seen = p2p_identity::look(core, tenant, Deadline::after(PATIENCE)).await;
    seen.into_iter().map(finding).collect()
}

fn finding(CoreLook { address, version }: CoreLook) -> Finding {
    match version {
        Ok(version) => Finding::fine(WHAT, format!("{address}: CDI {version}")),
        Err(reason) => {
            let advice = "check SUPERTOKENS_CONNECTION_URI, SUPERTOKENS_API_KEY and the core's own log";
            Finding::wrong(WHAT, format!("{address}: {reason}"), advice)
        }
    }
}

fn shared(tenants: &[TenantId]) -> Option<Finding> {
    let advice = "an e-mail address can sign up with one tenant only: add /appid-{tenant} to the address";
    (tenants.len() > 1).then(|| Finding::careful(WHAT, "tenants share one app", advice))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::cli::{Places, Serve};
    use crate::config::Environment;

    async fn look_at(connection: &str, tenants: &str) -> Vec<Finding> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tenants.toml");
        std::fs::write(&file, tenants).unwrap();
        let places = Places { tenants: Some(file), ..Places::default() };
        let set = [("SUPERTOKENS_CONNECTION_URI".to_owned(), connection.to_owned())];
        let config = Config::load(&places, &Serve::default(), &Environment::of(set)).unwrap();
        look(&config).await
    }

    fn tenants(ids: &[&str]) -> String {
        ids.iter().map(|id| format!("[[tenant]]\nid = \"{id}\"\nhosts = [\"{id}.example\"]\n")).collect()
    }

    #[tokio::test]
    async fn an_address_where_nobody_listens_is_named() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        assert!(look_at("", &tenants(&["acme"])).await.is_empty(), "nothing is asked for");
        let findings = look_at(&format!("{address}/appid-{{tenant}}"), &tenants(&["acme", "other"])).await;
        assert!(findings.iter().all(|finding| finding.state == State::Wrong));
        let found: Vec<_> = findings.iter().map(|finding| finding.found.as_str()).collect();
        assert!(found.len() == 2 && found[0].contains("appid-acme: nobody listens"), "{found:?}");
        let findings = look_at(&address, &tenants(&["acme", "other"])).await;
        let states: Vec<_> = findings.iter().map(|finding| finding.state).collect();
        assert_eq!(states, [State::Careful, State::Wrong], "tenants that share an app");
    }
}
