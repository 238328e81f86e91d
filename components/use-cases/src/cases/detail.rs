//! All that was written of a use case, as its document has it. Every write makes a new document; which of them is the
//! present one is said by the row, so that nobody meets a text that was not acknowledged.

use p2p_sdk::host::{DocumentError, Search};
use p2p_sdk::{Actor, Ctx, Document, Problem, Timestamp, Uuid};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::media::Kind;

/// Every document.
pub const COLLECTION: &str = "use_cases";
/// Documents of one use case that are looked at together: the present one, and some that are on their way.
const TOGETHER: u32 = 4;

/// The body of a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub submission_id: Uuid,
    pub title: String,
    pub organization_id: Option<Uuid>,
    pub submitted_by: Uuid,
    pub industry: Option<String>,
    pub technology: Vec<String>,
    /// Markdown, as it was written.
    pub problem_statement: String,
    /// The same.
    pub solution: String,
    pub outcomes: StoredOutcomes,
    pub vendor_info: VendorInfo,
    pub media: Vec<StoredMedia>,
    pub location: Location,
    pub tags: Vec<String>,
    pub created_at: Timestamp,
    /// When this document was written.
    pub updated_at: Timestamp,
}

/// What came of it, as documents name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoredOutcomes {
    pub cost_savings: Option<String>,
    pub efficiency_gain: Option<String>,
    pub roi_timeline: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Outcomes {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "describe", schema(max_length = 200))]
    pub cost_savings: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "describe", schema(max_length = 200))]
    pub efficiency_gain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "describe", schema(max_length = 200))]
    pub roi_timeline: Option<String>,
}

impl From<Outcomes> for StoredOutcomes {
    fn from(Outcomes { cost_savings, efficiency_gain, roi_timeline }: Outcomes) -> Self {
        Self { cost_savings, efficiency_gain, roi_timeline }
    }
}

impl From<StoredOutcomes> for Outcomes {
    fn from(StoredOutcomes { cost_savings, efficiency_gain, roi_timeline }: StoredOutcomes) -> Self {
        Self { cost_savings, efficiency_gain, roi_timeline }
    }
}

/// Who supplied it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct VendorInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "describe", schema(max_length = 200))]
    pub name: Option<String>,
    /// How they are reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "describe", schema(max_length = 300))]
    pub contact: Option<String>,
}

/// Where it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Location {
    #[cfg_attr(feature = "describe", schema(max_length = 100))]
    pub city: Option<String>,
    /// Latitude, then longitude.
    #[serde(deserialize_with = "pair")]
    pub coordinates: Option<[f64; 2]>,
}

/// Two numbers. An array of its own would call a third one no JSON.
fn pair<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[f64; 2]>, D::Error> {
    let given = Option::<Vec<f64>>::deserialize(deserializer)?;
    match given.as_deref() {
        None => Ok(None),
        Some(&[latitude, longitude]) => Ok(Some([latitude, longitude])),
        Some(numbers) => Err(D::Error::invalid_length(numbers.len(), &"latitude and longitude")),
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMedia {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// As the sender called it.
    pub filename: String,
    pub mime_type: String,
    pub size: u64,
    /// Bytes that are kept of it, small copies and all.
    pub bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl Detail {
    /// Of a new use case.
    pub fn new(ctx: &Ctx, actor: &Actor) -> Self {
        let now = ctx.now();
        Self {
            submission_id: ctx.new_id(),
            organization_id: actor.organization_id,
            submitted_by: actor.user_id,
            created_at: now,
            updated_at: now,
            ..Self::default()
        }
    }

    /// Both texts, for those who index them.
    pub fn prose(&self) -> String {
        [self.problem_statement.as_str(), &self.solution].join("\n\n")
    }
}

/// Keeps a document that nobody sees yet.
pub async fn insert(ctx: &Ctx, revision: Uuid, detail: &Detail) -> Result<(), Problem> {
    let body = serde_json::to_vec(detail).map_err(Problem::internal)?;
    Ok(ctx.documents().insert(COLLECTION, &revision.to_string(), body, Vec::new()).await?)
}

/// The newest documents of a use case, the present one among them unless many are being written.
pub async fn candidates(ctx: &Ctx, id: Uuid) -> Result<Vec<Document>, DocumentError> {
    let search = Search::new(TOGETHER).equal("submission_id", &id).descending("updated_at");
    ctx.documents().find(COLLECTION, search).await
}

/// The present one. None: it went since, because another took its place.
pub async fn present(ctx: &Ctx, found: &[Document], revision: Uuid) -> Result<Option<Detail>, Problem> {
    let name = revision.to_string();
    if let Some(document) = found.iter().find(|document| document.id == name) {
        return document.read().map(Some);
    }
    let document = ctx.documents().get(COLLECTION, &name).await?;
    document.as_ref().map(Document::read).transpose()
}

/// Lets a document go that no row names, or no longer. One that stays is swept later.
pub async fn forget(ctx: &Ctx, revision: Uuid) {
    match ctx.documents().delete(COLLECTION, &revision.to_string(), None, Vec::new()).await {
        Ok(()) | Err(DocumentError::Missing) => {}
        Err(error) => {
            let fields = json!({ "revision": revision, "cause": error.to_string() });
            ctx.warn("a document that nobody sees stays behind", &fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_have_the_names_that_were_agreed() {
        let outcomes = StoredOutcomes { cost_savings: Some("20%".into()), ..StoredOutcomes::default() };
        let detail = Detail { outcomes, ..Detail::default() };
        let body = serde_json::to_value(&detail).unwrap();
        for name in
            "submission_id title organization_id submitted_by industry technology problem_statement solution \
            outcomes vendor_info media location tags created_at updated_at"
                .split_whitespace()
        {
            assert!(body.get(name).is_some(), "{name}");
        }
        assert_eq!(body["outcomes"]["cost_savings"], "20%");
        assert_eq!(serde_json::from_value::<Detail>(body).unwrap(), detail);
    }
}
