//! The table of the host's own routes, by their whole paths.

use serde_json::{Value, json};

use crate::case::{Case, all, get, post, signed_in};

/// Every route that the host answers itself. This machine may read its figures.
pub fn cases() -> Vec<Case> {
    vec![
        get("/health", all(200)),
        get("/health/live", all(200)),
        get("/health/ready", all(200)),
        get("/metrics", all(200)),
        get("/files/{tenant:north}/{feature:forums}/{*name:a.png}", all(404)),
        get("/api/v1/openapi.json", all(200)),
        get("/docs", all(200)),
        get("/docs/{file:page.css}", all(200)),
        get("/redoc", all(200)),
        get("/api/v1/audit", [401, 403, 403, 403, 200, 403]),
        get("/docs", all(200)),
        get("/docs/{file:swagger-ui.css}", all(200)),
        get("/redoc", all(200)),
        post("/auth/session/refresh", Value::Null, all(401)),
        post("/auth/signout", json!({}), signed_in(200)).apart(),
        get("/auth/jwt/jwks.json", all(200)),
        get("/auth/.well-known/openid-configuration", all(200)),
        get("/auth/loginmethods", all(200)),
    ]
}
