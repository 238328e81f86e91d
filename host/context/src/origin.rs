//! Where a call came from, for records of who did what. Put together by the host from the request alone.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Empty for what the host does by itself.
#[derive(Default, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The request's name in logs and answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The client's address, as told by the connection or by a trusted proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Who was signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Uuid>,
}
