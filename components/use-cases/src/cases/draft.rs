//! What people write of a use case: its rules, and how it comes into the document.

use p2p_sdk::{Check, Problem, Rule, members};
use serde::Deserialize;

use super::detail::{Detail, Location, Outcomes, VendorInfo};
use super::filter::term;

const PROSE_MAX: usize = 20_000;
const TECHNOLOGIES_MAX: usize = 20;
const TAGS_MAX: usize = 10;
const WORD_MAX: usize = 60;
const TAG_MAX: usize = 40;
const PLACE_MAX: usize = 100;
const OUTCOME_MAX: usize = 200;
const CONTACT_MAX: usize = 300;

/// What begins a use case. Everything but the title may come later.
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "describe", schema(rename_all = "camelCase"))]
#[expect(dead_code, reason = "only the documentation has it")]
pub struct NewUseCase {
    #[cfg_attr(feature = "describe", schema(min_length = 5, max_length = 200))]
    title: String,
    #[cfg_attr(feature = "describe", schema(max_length = 100))]
    industry: Option<String>,
    #[cfg_attr(feature = "describe", schema(max_items = 20))]
    technology: Option<Vec<String>>,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(max_length = 20_000))]
    problem_statement: Option<String>,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(max_length = 20_000))]
    solution: Option<String>,
    outcomes: Option<Outcomes>,
    vendor_info: Option<VendorInfo>,
    location: Option<Location>,
    #[cfg_attr(feature = "describe", schema(max_items = 10))]
    tags: Option<Vec<String>>,
}

/// What is to be changed; what is not given stays. Outcomes, vendor and location are each replaced as a whole; empty text
/// takes something away.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct UseCaseChanges {
    #[cfg_attr(feature = "describe", schema(min_length = 5, max_length = 200))]
    pub title: Option<String>,
    #[cfg_attr(feature = "describe", schema(max_length = 100))]
    pub industry: Option<String>,
    #[cfg_attr(feature = "describe", schema(max_items = 20))]
    pub technology: Option<Vec<String>>,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(max_length = 20_000))]
    pub problem_statement: Option<String>,
    /// Markdown.
    #[cfg_attr(feature = "describe", schema(max_length = 20_000))]
    pub solution: Option<String>,
    #[serde(deserialize_with = "members")]
    pub outcomes: Option<Outcomes>,
    #[serde(deserialize_with = "members")]
    pub vendor_info: Option<VendorInfo>,
    #[serde(deserialize_with = "members")]
    pub location: Option<Location>,
    #[cfg_attr(feature = "describe", schema(max_items = 10))]
    pub tags: Option<Vec<String>>,
}

impl UseCaseChanges {
    /// Refuses what begins no use case, all at once (422).
    pub fn check_new(&self) -> Result<(), Problem> {
        self.rules(Check::new().that(self.title.is_some(), "title", Rule::Required)).finish()
    }

    /// Refuses what breaks a rule, all at once (422).
    pub fn check(&self) -> Result<(), Problem> {
        self.rules(Check::new()).finish()
    }

    fn rules(&self, check: Check) -> Check {
        let check = check
            .given(&self.title, |check, title| check.text("title", title, 5..=200))
            .given(&self.industry, |check, industry| check.text("industry", industry, 0..=PLACE_MAX))
            .given(&self.technology, |check, given| {
                words(check, "technology", given, TECHNOLOGIES_MAX, WORD_MAX)
            })
            .given(&self.problem_statement, |check, text| {
                check.prose("problemStatement", text, 0..=PROSE_MAX)
            })
            .given(&self.solution, |check, text| check.prose("solution", text, 0..=PROSE_MAX))
            .given(&self.tags, |check, given| words(check, "tags", given, TAGS_MAX, TAG_MAX));
        let check = check.given(&self.outcomes, |check, outcomes| {
            check
                .given(&outcomes.cost_savings, line("outcomes.costSavings", OUTCOME_MAX))
                .given(&outcomes.efficiency_gain, line("outcomes.efficiencyGain", OUTCOME_MAX))
                .given(&outcomes.roi_timeline, line("outcomes.roiTimeline", OUTCOME_MAX))
        });
        let check = check.given(&self.vendor_info, |check, vendor| {
            check
                .given(&vendor.name, line("vendorInfo.name", OUTCOME_MAX))
                .given(&vendor.contact, line("vendorInfo.contact", CONTACT_MAX))
        });
        check.given(&self.location, |check, location| {
            check.given(&location.city, line("location.city", PLACE_MAX)).given(
                &location.coordinates,
                |check, [latitude, longitude]| {
                    let (north, east) = (Rule::Range(-90, 90), Rule::Range(-180, 180));
                    check.that((-90.0..=90.0).contains(latitude), "location.coordinates[0]", north).that(
                        (-180.0..=180.0).contains(longitude),
                        "location.coordinates[1]",
                        east,
                    )
                },
            )
        })
    }

    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        self.title.is_none()
            && self.industry.is_none()
            && self.technology.is_none()
            && self.problem_statement.is_none()
            && self.solution.is_none()
            && self.outcomes.is_none()
            && self.vendor_info.is_none()
            && self.location.is_none()
            && self.tags.is_none()
    }

    /// Puts what is given into the document.
    pub fn apply(&self, detail: &mut Detail) {
        if let Some(title) = &self.title {
            title.trim().clone_into(&mut detail.title);
        }
        if let Some(industry) = &self.industry {
            detail.industry = said(Some(industry));
        }
        if let Some(given) = &self.technology {
            detail.technology = each_once("technology", given, |word| word.trim().to_owned());
        }
        if let Some(text) = &self.problem_statement {
            detail.problem_statement.clone_from(text);
        }
        if let Some(text) = &self.solution {
            detail.solution.clone_from(text);
        }
        if let Some(Outcomes { cost_savings, efficiency_gain, roi_timeline }) = &self.outcomes {
            detail.outcomes.cost_savings = said(cost_savings.as_ref());
            detail.outcomes.efficiency_gain = said(efficiency_gain.as_ref());
            detail.outcomes.roi_timeline = said(roi_timeline.as_ref());
        }
        if let Some(VendorInfo { name, contact }) = &self.vendor_info {
            detail.vendor_info = VendorInfo { name: said(name.as_ref()), contact: said(contact.as_ref()) };
        }
        if let Some(Location { city, coordinates }) = &self.location {
            detail.location = Location { city: said(city.as_ref()), coordinates: *coordinates };
        }
        if let Some(given) = &self.tags {
            detail.tags = each_once("tag", given, normalize);
        }
    }
}

fn line(field: &'static str, most: usize) -> impl FnOnce(Check, &String) -> Check {
    move |check, text| check.text(field, text, 0..=most)
}

fn words(check: Check, field: &'static str, given: &[String], count: usize, length: usize) -> Check {
    check
        .items(field, given.len(), 0..=count)
        .each(given, |check, (at, word)| check.text(format!("{field}[{at}]"), word, 1..=length))
}

/// Text that says something.
fn said(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Lower case, hyphens for blanks.
fn normalize(tag: &str) -> String {
    let words: Vec<String> = tag.split_whitespace().map(str::to_lowercase).collect();
    words.join("-")
}

/// Words in their order, those that are filtered by as one only once.
fn each_once(kind: &str, given: &[String], form: impl Fn(&str) -> String) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(given.len());
    let mut terms: Vec<String> = Vec::with_capacity(given.len());
    for word in given {
        let found = term(kind, word);
        if !found.is_empty() && !terms.contains(&found) {
            terms.push(found);
            kept.push(form(word));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::{Atlas, complete, with};

    #[test]
    fn every_field_has_its_rule() {
        let atlas = Atlas::new();
        let long = |count| json!("س".repeat(count));
        for (field, value, wrong, code) in [
            ("title", json!("abcd"), "title", "TOO_SHORT"),
            ("title", long(201), "title", "TOO_LONG"),
            ("title", json!("two\nlines"), "title", "CHARACTERS"),
            ("title", json!(null), "title", "REQUIRED"),
            ("industry", long(101), "industry", "TOO_LONG"),
            ("technology", json!(vec!["a"; 21]), "technology", "TOO_MANY"),
            ("technology", json!(["a", ""]), "technology[1]", "REQUIRED"),
            ("technology", json!("a"), "technology", "TYPE"),
            ("problemStatement", long(20_001), "problemStatement", "TOO_LONG"),
            ("solution", json!("nul\0 inside"), "solution", "CHARACTERS"),
            ("outcomes", json!({ "costSavings": "x".repeat(201) }), "outcomes.costSavings", "TOO_LONG"),
            ("outcomes", json!({ "roiTimeline": 6 }), "outcomes.roiTimeline", "TYPE"),
            ("vendorInfo", json!([null, null]), "vendorInfo", "TYPE"),
            ("vendorInfo", json!({ "contact": "nul\0" }), "vendorInfo.contact", "CHARACTERS"),
            ("location", json!({ "city": "x".repeat(101) }), "location.city", "TOO_LONG"),
            ("location", json!({ "coordinates": [91, 0] }), "location.coordinates[0]", "RANGE"),
            ("location", json!({ "coordinates": [0, -180.5] }), "location.coordinates[1]", "RANGE"),
            ("tags", json!(vec!["a"; 11]), "tags", "TOO_MANY"),
            ("tags", json!(["x".repeat(41)]), "tags[0]", "TOO_LONG"),
        ] {
            let answer = atlas.post(&atlas.huda, &with(complete("A good title"), field, value));
            assert_eq!(
                (answer.status, answer.wrong_fields()),
                (422, vec![(wrong.into(), code.into())]),
                "{field}"
            );
        }
        for wrong in [json!([24.7]), json!([1, 2, 3]), json!("24.7,46.7")] {
            let body = with(complete("A good title"), "location", json!({ "coordinates": &wrong }));
            let answer = atlas.post(&atlas.huda, &body);
            assert_eq!((answer.status, answer.wrong_fields()[0].1.as_str()), (422, "TYPE"), "{wrong}");
        }
        let nothing = atlas.post(&atlas.huda, &json!({}));
        assert_eq!(nothing.wrong_fields(), [("title".into(), "REQUIRED".into())]);
        assert_eq!(atlas.documents(), 0);
    }

    #[test]
    fn one_word_in_several_forms_is_one() {
        let atlas = Atlas::new();
        let body =
            with(complete("A good title"), "tags", json!(["Quality  Control", "quality-control", "IoT"]));
        let body = with(body, "technology", json!([" IoT ", "iot", "ذكاء اصطناعي"]));
        let case = atlas.post(&atlas.huda, &body).json();
        assert_eq!(case["tags"], json!(["quality-control", "iot"]));
        assert_eq!(case["technology"], json!(["IoT", "ذكاء اصطناعي"]));
    }
}
