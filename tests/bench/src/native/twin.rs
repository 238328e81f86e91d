//! Stores, identity and linked features over one data folder, as `p2p serve` lays it out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use p2p_context::{Clock, FeatureName, TenantId};
use p2p_identity::{EmbeddedIdentity, Identity, IdentityConfig, PasswordCost, Sealers, Secrets};
use p2p_storage::{EmbeddedConfig, EmbeddedStores, Stores, Synchronous};
use p2p_tenants::Ledger;
use p2p_tenants::file::{Tenant, single};

use super::features::{Foundations, NativeFeatures};
use super::relay::Relay;
use crate::places::{Components, PUBLIC_URL, SECRET};

/// How much is done for durability and secrecy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// As the product does it.
    Full,
    /// For data that can be made again: no disk is waited for, passwords are hashed lightly.
    Little,
}

/// The native house.
pub struct Twin {
    pub tenant: Tenant,
    pub stores: Arc<EmbeddedStores>,
    pub identity: Arc<dyn Identity>,
    pub features: Arc<NativeFeatures>,
    pub ledger: Arc<Ledger>,
    pub clock: Arc<dyn Clock>,
}

/// The only tenant.
pub fn tenant() -> TenantId {
    single(Vec::<(FeatureName, PathBuf)>::new()).id
}

impl Twin {
    /// Opens everything; brings the stores to their newest migrations.
    pub async fn open(
        data: &Path,
        components: &Components,
        care: Care,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let mut config = EmbeddedConfig::new([0; 32], Arc::clone(&clock));
        let mut people = IdentityConfig::for_api(PUBLIC_URL);
        if care == Care::Little {
            config.synchronous = Synchronous::Normal;
            people.password_cost = PasswordCost { memory_kib: 64, passes: 1, lanes: 1 };
        }
        let stores = Arc::new(EmbeddedStores::new(data.to_owned(), config));
        let secrets = Secrets::new(SECRET, [])?;
        let ports = Arc::clone(&stores) as Arc<dyn Stores>;
        let identity =
            EmbeddedIdentity::new(Arc::clone(&ports), secrets.clone(), Arc::clone(&clock), people)?;
        let identity: Arc<dyn Identity> = Arc::new(identity);
        let ledger = Arc::new(Ledger::default());
        let on = Foundations {
            tenant: tenant(),
            stores: ports,
            identity: Arc::clone(&identity),
            sealers: Sealers::new(secrets),
            clock: Arc::clone(&clock),
        };
        let features = Arc::new(NativeFeatures::open(&on, components, &ledger).await?);
        let tenant = single(Vec::<(FeatureName, PathBuf)>::new());
        Ok(Self { tenant, stores, identity, features, ledger, clock })
    }

    /// What carries its events on.
    pub async fn relay(&self) -> Result<Relay> {
        Relay::open(Arc::clone(&self.features), self.stores.as_ref(), Arc::clone(&self.clock)).await
    }
}
