//! What the HTTP room asks of whoever runs features. The runtime is one answer; the benchmark's native build of the
//! same features, behind the same middleware, is the other.

use std::sync::Arc;

use async_trait::async_trait;
use p2p_context::{Deadline, FeatureName, RequestContext, TenantId};
use p2p_storage::{BlobStore, SqlError};
use uuid::Uuid;

use crate::call::{DispatchError, FeatureRequest, FeatureResponse, Installed};
use crate::directory::Person;
use crate::routes::{RouteMatch, RouteTarget};
use crate::runtime::Runtime;

/// Features of tenants that can be called.
#[async_trait]
pub trait Features: Send + Sync + 'static {
    /// Which feature answers. `path` is below `/api/v1`, without a trailing slash.
    fn route(&self, tenant: &TenantId, method: &http::Method, path: &str) -> RouteMatch;

    /// Calls the feature of a route.
    async fn handle(
        &self,
        context: &RequestContext,
        target: &RouteTarget,
        request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError>;

    /// Everything installed in a tenant.
    fn installed(&self, tenant: &TenantId) -> Vec<Arc<Installed>>;

    /// The files of a feature.
    fn blobs(&self, tenant: &TenantId, feature: &FeatureName) -> Option<Arc<dyn BlobStore>>;

    /// Somebody of the tenant as they are now; none when nobody has this id.
    async fn person(
        &self,
        tenant: &TenantId,
        user: Uuid,
        deadline: Deadline,
    ) -> Result<Option<Person>, SqlError>;
}

#[async_trait]
impl Features for Runtime {
    fn route(&self, tenant: &TenantId, method: &http::Method, path: &str) -> RouteMatch {
        self.route(tenant, method, path)
    }

    async fn handle(
        &self,
        context: &RequestContext,
        target: &RouteTarget,
        request: FeatureRequest,
    ) -> Result<FeatureResponse, DispatchError> {
        self.handle(context, target, request).await
    }

    fn installed(&self, tenant: &TenantId) -> Vec<Arc<Installed>> {
        self.installed(tenant)
    }

    fn blobs(&self, tenant: &TenantId, feature: &FeatureName) -> Option<Arc<dyn BlobStore>> {
        self.blobs(tenant, feature)
    }

    async fn person(
        &self,
        tenant: &TenantId,
        user: Uuid,
        deadline: Deadline,
    ) -> Result<Option<Person>, SqlError> {
        self.person(tenant, user, deadline).await
    }
}
