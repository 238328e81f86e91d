//! Changing one's own organization.

use p2p_sdk::{Batch, Check, Code, Ctx, Problem, Request, Response, Rule, params};
use serde::{Deserialize, Serialize};

use super::current::Standing;
use super::row::Organization;
use super::{LABEL, NAME, SIZES};
use crate::fields::named;

/// It is called or described differently now.
pub const UPDATED: &str = "accounts.organization.updated";

const UPDATE: &str = "UPDATE organizations SET name = $3, industry = $4, size = $5, country = $6, city = $7, logo = $8, \
    version = version + 1 WHERE id = $1 AND version = $2";

/// What is to be different. A field that is absent stays.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
pub struct OrganizationChanges {
    name: Option<String>,
    industry: Option<String>,
    /// startup, small, medium, large or enterprise.
    size: Option<String>,
    country: Option<String>,
    city: Option<String>,
    // What an organization shows and its admins may not change.
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    domain: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    is_active: bool,
    #[serde(default, deserialize_with = "named")]
    #[cfg_attr(feature = "describe", schema(ignore))]
    admin_user_id: bool,
}

/// PATCH /organizations/current
pub async fn update(ctx: &Ctx, request: Request) -> Result<Response, Problem> {
    let seen = request.if_match()?;
    let changes: OrganizationChanges = request.json()?;
    changes.check()?;
    let mut standing = Standing::of_caller(ctx).await?;
    if seen.is_some_and(|version| version != standing.version) {
        return Err(Problem::new(Code::VersionConflict));
    }
    let before = standing.organization.clone();
    changes.apply(&mut standing.organization);
    if standing.organization != before {
        organization_update(Batch::new(), &standing).commit(ctx).await?;
        standing.version += 1;
    }
    Ok(standing.answer())
}

/// Adds to a batch what may change of an organization, and that it is told. Stale when the row is not of this version any
/// more.
pub fn organization_update(batch: Batch, standing: &Standing) -> Batch {
    let Standing { organization, version } = standing;
    let Organization { id, name, industry, size, country, city, logo, .. } = organization;
    let row = params![id, version, name, industry, size, country, city, logo];
    batch.run_one(UPDATE, row).event(UPDATED, id, &Updated { organization_id: id, organization })
}

/// What `UPDATED` tells: the organization as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Updated<'a> {
    organization_id: &'a p2p_sdk::Uuid,
    #[serde(flatten)]
    organization: &'a Organization,
}

impl OrganizationChanges {
    fn check(&self) -> Result<(), Problem> {
        let label = |field: &'static str| move |check: Check, text: &String| check.text(field, text, LABEL);
        Check::new()
            .given(&self.name, |check, name| check.text("name", name, NAME))
            .given(&self.industry, label("industry"))
            .given(&self.size, |check, size| check.one_of("size", size, SIZES))
            .given(&self.country, label("country"))
            .given(&self.city, label("city"))
            .that(!self.domain, "domain", Rule::NotAllowed)
            .that(!self.is_active, "isActive", Rule::NotAllowed)
            .that(!self.admin_user_id, "adminUserId", Rule::NotAllowed)
            .finish()
    }

    fn apply(self, organization: &mut Organization) {
        for (change, kept) in [
            (self.name, &mut organization.name),
            (self.industry, &mut organization.industry),
            (self.size, &mut organization.size),
            (self.country, &mut organization.country),
            (self.city, &mut organization.city),
        ] {
            if let Some(text) = change {
                text.trim().clone_into(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use p2p_sdk::host::SqlError;
    use p2p_sdk::{Actor, Role};
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::with_layla;

    #[test]
    fn what_is_given_changes_is_told_and_kept() {
        let (host, layla) = with_layla();
        let patch = host.patch("/organizations/current").by(&layla);
        let answered = patch.json(&json!({ "name": " تمور النخيل ", "size": "large", "unknown": 1 })).send();
        assert_eq!((answered.status, answered.header("etag")), (200, Some("\"2\"")));
        let body = answered.json();
        assert_eq!((&body["name"], &body["size"]), (&json!("تمور النخيل"), &json!("large")));
        assert_eq!((&body["city"], &body["domain"]), (&json!("Qassim"), &json!("nakheel.sa")));
        let events = host.events();
        assert_eq!((events.len(), events[0].topic.as_str()), (1, UPDATED));
        let told: Value = serde_json::from_slice(&events[0].payload).unwrap();
        assert_eq!((&told["organizationId"], &told["name"]), (&body["id"], &body["name"]));
        assert_eq!(host.get("/organizations/current").by(&layla).send().json(), body);
    }

    #[test]
    fn the_same_again_is_no_write() {
        let (host, layla) = with_layla();
        let patch = host.patch("/organizations/current").by(&layla).json(&json!({ "city": "Qassim" })).send();
        assert_eq!((patch.header("etag"), host.events().len()), (Some("\"1\""), 0));
    }

    #[test]
    fn only_admins_change_it() {
        let (host, layla) = with_layla();
        let member = host.colleague(&layla, Role::Member);
        let patch = |by: &Actor| {
            host.patch("/organizations/current").by(by).json(&json!({ "city": "Riyadh" })).send()
        };
        assert_eq!(patch(&member).code(), "FORBIDDEN");
        assert_eq!(patch(&host.person(Role::Admin)).status, 404);
        assert_eq!(host.patch("/organizations/current").json(&json!({})).send().status, 401);
        host.fail_sql(SqlError::Busy);
        assert_eq!(patch(&layla).code(), "BUSY");
    }

    #[test]
    fn every_field_has_its_rule() {
        let (host, layla) = with_layla();
        for (field, value, code) in [
            ("name", json!("N"), "TOO_SHORT"),
            ("name", json!(7), "TYPE"),
            ("industry", json!("a\u{0}b"), "CHARACTERS"),
            ("size", json!("huge"), "CHOICE"),
            ("country", json!(""), "REQUIRED"),
            ("city", json!("c".repeat(101)), "TOO_LONG"),
            ("domain", json!("other.sa"), "NOT_ALLOWED"),
            ("isActive", json!(false), "NOT_ALLOWED"),
            ("adminUserId", Value::Null, "NOT_ALLOWED"),
        ] {
            let answered =
                host.patch("/organizations/current").by(&layla).json(&json!({ field: value })).send();
            assert_eq!(answered.wrong_fields(), [(field.to_owned(), code.to_owned())], "{field}");
        }
    }

    #[test]
    fn a_stale_write_changes_nothing() {
        let (host, layla) = with_layla();
        let patch = |tag: &str, city: &str| {
            let patch = host.patch("/organizations/current").by(&layla).header("if-match", tag);
            patch.json(&json!({ "city": city })).send()
        };
        assert_eq!(patch("\"1\"", "Riyadh").status, 200);
        assert_eq!(patch("\"1\"", "Jeddah").code(), "VERSION_CONFLICT");
        assert_eq!(patch("\"2\"", "Dammam").json()["city"], "Dammam");
    }
}
