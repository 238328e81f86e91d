//! The host that the tables are tried on: two tenants with every feature, and a second door to the same, behind which
//! addresses must be confirmed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use p2p_context::{Clock, FixedClock, SystemClock, TenantId};
use p2p_http::{App, HttpOptions, RateLimits, Services, ServicesParts, listener};
use p2p_storage::Stores;
use p2p_tenants::{Hosts, Route, Tenant};
use p2p_test_support::host::{TestHost, tenant};
use p2p_test_support::people::Person;

/// The host name of the tenant whose people ask.
pub const NORTH: &str = "north.example";
/// That of the other one.
pub const SOUTH: &str = "south.example";

/// See the module.
pub struct Stage {
    pub host: TestHost,
    pub north: TenantId,
    /// The first admin of the organization that everything belongs to. Never asks, and is never changed.
    pub owner: Person,
    /// The door where the policy is on.
    pub strict: String,
    clock: Arc<FixedClock>,
    people: AtomicU32,
}

impl Stage {
    /// With these features in both tenants, over the chosen stores or what those are wrapped in.
    pub async fn set(features: &[&str], wrapped: impl FnOnce(Arc<dyn Stores>) -> Arc<dyn Stores>) -> Self {
        let tenants = ["north", "south"].map(|id| tenant(id, &[&format!("{id}.example")], features));
        let hosts = Hosts::of(&tenants);
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let (tenants, time) = (Vec::<Tenant>::from(tenants), Arc::clone(&clock) as Arc<dyn Clock>);
        let host = TestHost::start_over(tenants, time, wrapped).await;
        let (strict, north) = (strict_door(&host, hosts).await, TenantId::new("north").unwrap());
        let owner = Person::founder(&host.url(""), NORTH, "owner@works.example").await;
        Self { host, north, owner, strict, clock, people: AtomicU32::new(0) }
    }

    /// An e-mail address that nobody had before.
    pub fn address(&self, domain: &str) -> String {
        format!("p{}@{domain}", self.people.fetch_add(1, Relaxed))
    }

    /// Somebody new in the organization of the owner.
    pub async fn colleague(&self) -> Person {
        self.owner.colleague(&self.host, &self.north, &self.address("works.example")).await
    }

    /// The admin of an organization of their own.
    pub async fn founder(&self) -> Person {
        let email = self.address("mills.example").replace('@', "@of-");
        let (name, domain) = email.split_once('@').unwrap();
        Person::founder(&self.host.url(""), NORTH, &format!("{name}@{name}-{domain}")).await
    }

    /// Who somebody is; none without a session.
    pub async fn id_of(&self, person: &Person) -> Option<String> {
        person.get("/users/me").await.json["id"].as_str().map(str::to_owned)
    }

    /// Lets everybody hear what was told, and letters go out.
    pub async fn drain(&self) {
        self.host.worker(&self.north).await.drain().await.unwrap();
    }

    /// Moves the clock on.
    pub fn wait_a_minute(&self) {
        self.clock.advance(Duration::from_secs(61));
    }

    /// What a feature declares.
    pub fn routes(&self, feature: &str) -> Vec<Route> {
        let installed = self.host.runtime.installed(&self.north);
        let found = installed.iter().find(|installed| installed.manifest.name.as_str() == feature);
        found.expect("it is installed").manifest.routes.clone()
    }
}

/// The URL of a second listener over the same runtime, stores and sessions.
async fn strict_door(host: &TestHost, hosts: Hosts) -> String {
    let options = HttpOptions { rates: RateLimits::OFF, require_verified: true, ..HttpOptions::default() };
    let parts = ServicesParts {
        runtime: host.runtime.clone(),
        identity: host.identity.clone(),
        stores: host.stores.clone(),
        hosts,
        ledger: host.ledger.clone(),
        clock: host.clock.clone(),
        options,
    };
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(listener::serve(App::new(Services::new(parts)), socket, std::future::pending()));
    format!("http://{address}")
}
