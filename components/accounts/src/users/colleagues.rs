//! People for the tests of every verb, put into the store as if they had accepted an invitation.

use p2p_sdk::test_host::TestHost;
use p2p_sdk::{Actor, Role, Uuid, params};

use crate::fixture::{PASSWORD, at_once, count};

const ORGANIZATION: &str = "INSERT INTO organizations \
    (id, name, domain, industry, size, country, city, admin_user_id, created_at) \
    VALUES ($1, 'Other', $2, 'Food', 'small', 'SA', 'Riyadh', $1, 0) ON CONFLICT (id) DO NOTHING";
const USER: &str = "INSERT INTO users \
    (id, organization_id, email, first_name, last_name, search_name, role, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Somebody of the same organization, who signs in with the password of all tests. What that told is forgotten.
pub fn hire(host: &TestHost, of: &Actor, email: &str, name: &str, role: Role) -> Actor {
    let credentials = host.host().credentials.as_ref().unwrap();
    let id: Uuid = at_once(credentials.create(email, PASSWORD)).unwrap().parse().unwrap();
    at_once(credentials.activate(&id.to_string())).unwrap();
    let organization = of.organization_id.unwrap();
    host.execute(ORGANIZATION, params![organization, format!("{}.example", count(host, "users"))]);
    let (first, last) = name.split_once(' ').unwrap();
    let row = params![id, organization, email, first, last, name.to_lowercase(), role.as_str(), host.now()];
    assert_eq!(host.execute(USER, row), 1);
    Actor { user_id: id, role, platform_admin: false, verified: false, organization_id: of.organization_id }
}
