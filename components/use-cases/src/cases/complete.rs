//! What a use case needs before everybody sees it.

use p2p_sdk::{FieldProblem, Problem, Rule};

use super::detail::{Detail, StoredOutcomes};

/// The fields that are still missing, as callers name them.
pub fn missing(detail: &Detail) -> Vec<&'static str> {
    let StoredOutcomes { cost_savings, efficiency_gain, roi_timeline } = &detail.outcomes;
    let has_outcome = cost_savings.is_some() || efficiency_gain.is_some() || roi_timeline.is_some();
    [
        ("industry", detail.industry.is_some()),
        ("technology", !detail.technology.is_empty()),
        ("problemStatement", !detail.problem_statement.trim().is_empty()),
        ("solution", !detail.solution.trim().is_empty()),
        ("outcomes", has_outcome),
        ("location.city", detail.location.city.is_some()),
        ("location.coordinates", detail.location.coordinates.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, is_there)| (!is_there).then_some(field))
    .collect()
}

/// 422 unless nothing is missing.
pub fn require(detail: &Detail) -> Result<(), Problem> {
    let missing = missing(detail);
    if missing.is_empty() {
        return Ok(());
    }
    let fields = missing.iter().map(|field| FieldProblem { field: (*field).into(), rule: Rule::Required });
    Err(Problem::fields(fields.collect())
        .says("Something is missing before it can be published.", "توجد حقول ناقصة قبل النشر.")
        .detail("missing", &missing))
}
