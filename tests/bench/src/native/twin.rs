//! Stores, identity and linked features over one data folder or databases, as `p2p serve` lays them out.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use p2p_context::Clock;
use p2p_identity::{EmbeddedIdentity, Identity, IdentityConfig, PasswordCost, Sealers, Secrets};
use p2p_storage::Stores;
use p2p_tenants::Ledger;
use p2p_tenants::file::Tenant;

use super::features::{Foundations, NativeFeatures};
use super::opened;
use super::relay::Relay;
use crate::places::{Components, PUBLIC_URL, SECRET};
use crate::stand::{Site, tenant};

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
    pub stores: Arc<dyn Stores>,
    pub identity: Arc<dyn Identity>,
    pub features: Arc<NativeFeatures>,
    pub ledger: Arc<Ledger>,
    pub clock: Arc<dyn Clock>,
}

impl Twin {
    /// Opens everything; brings the stores to their newest migrations.
    pub async fn open(
        data: &Path,
        site: Option<&Site>,
        components: &Components,
        care: Care,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let mut people = IdentityConfig::for_api(PUBLIC_URL);
        if care == Care::Little {
            people.password_cost = PasswordCost { memory_kib: 64, passes: 1, lanes: 1 };
        }
        let stores = opened::stores(data, site, care, &clock).await?;
        let secrets = Secrets::new(SECRET, [])?;
        let identity =
            EmbeddedIdentity::new(Arc::clone(&stores), secrets.clone(), Arc::clone(&clock), people)?;
        let identity: Arc<dyn Identity> = Arc::new(identity);
        let ledger = Arc::new(Ledger::default());
        let tenant = tenant(site);
        let on = Foundations {
            tenant: tenant.id.clone(),
            stores: Arc::clone(&stores),
            identity: Arc::clone(&identity),
            sealers: Sealers::new(secrets),
            clock: Arc::clone(&clock),
        };
        let features = Arc::new(NativeFeatures::open(&on, components, &ledger).await?);
        Ok(Self { tenant, stores, identity, features, ledger, clock })
    }

    /// What carries its events on.
    pub async fn relay(&self) -> Result<Relay> {
        let (features, stores) = (Arc::clone(&self.features), Arc::clone(&self.stores));
        Relay::open(features, stores, self.tenant.id.clone(), Arc::clone(&self.clock)).await
    }
}
