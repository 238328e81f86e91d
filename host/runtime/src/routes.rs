//! Which feature of a tenant answers a method and path. Built anew when a feature comes or goes, read without
//! waiting.

use std::collections::BTreeMap;
use std::sync::Arc;

use p2p_context::{FeatureName, TenantId};
use p2p_tenants::ledger::Account;
use p2p_tenants::{CallKind, Ledger, Manifest, Method, Route};

/// What a method and path lead to.
#[derive(Debug, Clone)]
pub enum RouteMatch {
    /// A feature's route.
    Found(RouteTarget),
    /// The path exists, with these methods.
    MethodNotAllowed(Vec<&'static str>),
    /// No feature of the tenant declares it.
    NotFound,
}

/// A route and whose it is.
#[derive(Debug, Clone)]
pub struct RouteTarget {
    /// The feature that declares it.
    pub feature: FeatureName,
    /// As declared.
    pub route: Arc<Route>,
    /// Where its calls are counted.
    pub(crate) account: Arc<Account>,
}

/// Two features want the same route.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method} {path} is already answered by `{owner}`")]
pub struct RouteConflict {
    /// The method.
    pub method: &'static str,
    /// The path as the newcomer declares it.
    pub path: String,
    /// Who has it.
    pub owner: FeatureName,
}

type Methods = BTreeMap<Method, RouteTarget>;

/// All routes of one tenant.
#[derive(Debug, Default)]
pub struct RouteTable {
    paths: matchit::Router<Methods>,
}

impl RouteTable {
    /// The table of these features.
    pub fn build(
        tenant: &TenantId,
        manifests: &[Arc<Manifest>],
        ledger: &Ledger,
    ) -> Result<Self, RouteConflict> {
        let mut by_path: BTreeMap<String, Methods> = BTreeMap::new();
        for manifest in manifests {
            for route in &manifest.routes {
                let methods = by_path.entry(normalize(&route.path)).or_default();
                if let Some(owner) = methods.get(&route.method) {
                    return Err(conflict(route, owner.feature.clone()));
                }
                let name = format!("{} {}", route.method.as_str(), route.path);
                let account = ledger.account(tenant, &manifest.name, CallKind::Route(name.into()));
                let target =
                    RouteTarget { feature: manifest.name.clone(), route: Arc::new(route.clone()), account };
                methods.insert(route.method, target);
            }
        }
        let mut paths = matchit::Router::new();
        for (path, methods) in by_path {
            let first = methods.values().next().cloned();
            if paths.insert(&path, methods).is_err()
                && let Some(target) = first
            {
                return Err(conflict(&target.route, target.feature));
            }
        }
        Ok(Self { paths })
    }

    /// Finds the route for a method and a path below `/api/v1` without trailing slash. HEAD is answered by GET.
    pub fn find(&self, method: &http::Method, path: &str) -> RouteMatch {
        let Ok(found) = self.paths.at(path) else { return RouteMatch::NotFound };
        match parse_method(method).and_then(|method| found.value.get(&method)) {
            Some(target) => RouteMatch::Found(target.clone()),
            None => RouteMatch::MethodNotAllowed(found.value.keys().map(|method| method.as_str()).collect()),
        }
    }
}

fn parse_method(method: &http::Method) -> Option<Method> {
    match *method {
        http::Method::GET | http::Method::HEAD => Some(Method::Get),
        http::Method::POST => Some(Method::Post),
        http::Method::PUT => Some(Method::Put),
        http::Method::PATCH => Some(Method::Patch),
        http::Method::DELETE => Some(Method::Delete),
        _ => None,
    }
}

fn conflict(route: &Route, owner: FeatureName) -> RouteConflict {
    RouteConflict { method: route.method.as_str(), path: route.path.clone(), owner }
}

/// `/a/{id}/b` and `/a/{name}/b` are the same route: parameters count by position, not by name.
fn normalize(path: &str) -> String {
    let segments = path.split('/').enumerate().map(|(index, segment)| {
        if segment.starts_with('{') { format!("{{p{index}}}") } else { segment.to_owned() }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, routes: &[(&str, &str)]) -> Arc<Manifest> {
        let routes: Vec<_> = routes
            .iter()
            .map(|(method, path)| serde_json::json!({"method": method, "path": path, "access": "public"}))
            .collect();
        let json = serde_json::json!({"contract": "0.1.0", "name": name, "version": "1", "routes": routes});
        Arc::new(Manifest::parse(json.to_string().as_bytes()).unwrap())
    }

    fn table(manifests: &[Arc<Manifest>]) -> Result<RouteTable, RouteConflict> {
        RouteTable::build(&TenantId::new("t").unwrap(), manifests, &Ledger::default())
    }

    #[test]
    fn routes_of_two_features_stand_side_by_side() {
        let table = table(&[
            manifest("a", &[("GET", "/x/{id}"), ("POST", "/x/{id}")]),
            manifest("b", &[("GET", "/x/{other}/y"), ("GET", "/x/static")]),
        ])
        .unwrap();
        let find = |method: http::Method, path: &str| match table.find(&method, path) {
            RouteMatch::Found(target) => target.feature.to_string(),
            RouteMatch::MethodNotAllowed(allow) => allow.join(","),
            RouteMatch::NotFound => "-".into(),
        };
        assert_eq!(find(http::Method::GET, "/x/1"), "a");
        assert_eq!(find(http::Method::HEAD, "/x/1/y"), "b");
        assert_eq!(find(http::Method::GET, "/x/static"), "b");
        assert_eq!(find(http::Method::DELETE, "/x/1"), "GET,POST");
        assert_eq!(find(http::Method::GET, "/z"), "-");
    }

    #[test]
    fn the_same_route_twice_is_a_conflict_whatever_its_parameters_are_called() {
        let error = table(&[manifest("a", &[("GET", "/x/{id}")]), manifest("b", &[("GET", "/x/{name}")])])
            .unwrap_err();
        assert_eq!(error.owner.as_str(), "a");
    }
}
