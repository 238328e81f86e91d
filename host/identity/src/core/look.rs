//! A look at a core from outside, for operators: does it answer, which version is agreed, does it take the key.

use p2p_context::{Deadline, TenantId};

use super::client::CoreClient;
use super::people;
use super::{CoreConfig, Fault};
use crate::identity::IdentityCall;

/// An address that nobody has: asking for it changes nothing and wants the right key and an app that is there.
const NOBODY: &str = "nobody@p2p.invalid";

/// What was seen at one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreLook {
    /// The address, as it is for the tenant.
    pub address: String,
    /// The version that both sides speak, else what is wrong.
    pub version: Result<String, String>,
}

/// Looks at every address by itself, for one tenant.
pub async fn look(config: &CoreConfig, tenant: &TenantId, deadline: Deadline) -> Vec<CoreLook> {
    let mut seen = Vec::new();
    for connection in config.connection.each() {
        let address = connection.bases(tenant).concat();
        let config = CoreConfig { connection, api_key: config.api_key.clone() };
        let version = look_at(&config, &IdentityCall::new(tenant.clone(), deadline)).await;
        seen.push(CoreLook { address, version });
    }
    seen
}

async fn look_at(config: &CoreConfig, call: &IdentityCall) -> Result<String, String> {
    let core = CoreClient::new(config).map_err(|fault| fault.to_string())?;
    let seen = async {
        let version = core.version(call).await?;
        people::find_by_email(&core, call, NOBODY).await?;
        Ok(version.to_string())
    };
    seen.await.map_err(|fault| match fault {
        Fault::Timeout => "no answer in time".to_owned(),
        Fault::Unavailable(reason) => reason,
    })
}
