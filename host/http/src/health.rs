//! Whether this process lives, and whether it can serve. Cheap for everybody: the stores are asked at most once a
//! second, however often somebody wants to know.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use p2p_storage::Stores;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::problem::{Code, Problem};
use crate::services::Services;

/// How long an answer of the stores holds.
const FRESH: Duration = Duration::from_secs(1);
/// How long the stores may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last answer of the stores.
#[derive(Debug, Default)]
pub struct StoreCheck(Mutex<Option<(Instant, bool)>>);

impl StoreCheck {
    async fn is_fine(&self, stores: &dyn Stores) -> bool {
        let mut last = self.0.lock().await;
        if let Some((_, fine)) = last.filter(|(at, _)| at.elapsed() < FRESH) {
            return fine;
        }
        let fine = match tokio::time::timeout(PATIENCE, stores.check()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "the stores are not usable");
                false
            }
            Err(_) => {
                tracing::error!("the stores did not answer in time");
                false
            }
        };
        *last = Some((Instant::now(), fine));
        fine
    }
}

/// `GET /health/live`: the process answers.
pub async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /health/ready`: requests may be sent here.
pub async fn ready(State(services): State<Arc<Services>>) -> Result<Json<Value>, Problem> {
    report(&services).await
}

/// `GET /health`: the same, with the version, for people.
pub async fn summary(State(services): State<Arc<Services>>) -> Result<impl IntoResponse, Problem> {
    let Json(mut report) = report(&services).await?;
    if let Value::Object(report) = &mut report {
        report.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
    }
    Ok(Json(report))
}

async fn report(services: &Services) -> Result<Json<Value>, Problem> {
    let refuse =
        |reason: &str| Problem::from(Code::FeatureUnavailable).with_detail("reason", reason).retry_after(5);
    if services.is_draining() {
        return Err(refuse("shutting down"));
    }
    if !services.store_check.is_fine(services.parts.stores.as_ref()).await {
        return Err(refuse("stores"));
    }
    Ok(Json(json!({"status": "ok", "checks": {"stores": "ok"}})))
}
