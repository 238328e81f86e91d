//! How many candidates there are of each sort, for those who want to narrow. Counted among the candidates, which are
//! five hundred at most.

use serde::Serialize;

use super::candidates::Candidate;
use crate::entries::Kind;

/// Values of one label that are told.
const MOST: usize = 20;

/// How many there are of each type.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = FoundCounts))]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    topic: u32,
    post: u32,
    reply: u32,
    use_case: u32,
    user: u32,
}

/// A value that a filter takes, and how many have it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = FacetValue))]
pub struct Value<'a> {
    value: &'a str,
    count: u32,
}

/// By which filters the answer can be narrowed, the most frequent values first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = SearchFacets))]
pub struct Facets<'a> {
    category: Vec<Value<'a>>,
    industry: Vec<Value<'a>>,
    technology: Vec<Value<'a>>,
    city: Vec<Value<'a>>,
    tag: Vec<Value<'a>>,
}

impl Counts {
    /// Of these.
    pub fn of(candidates: &[Candidate<'_>]) -> Self {
        let mut counts = Self::default();
        for candidate in candidates {
            let place = match candidate.kind {
                Kind::Topic => &mut counts.topic,
                Kind::Post => &mut counts.post,
                Kind::Reply => &mut counts.reply,
                Kind::UseCase => &mut counts.use_case,
                Kind::User => &mut counts.user,
            };
            *place += 1;
        }
        counts
    }
}

impl<'a> Facets<'a> {
    /// Of these.
    pub fn of(candidates: &[Candidate<'a>]) -> Self {
        Self {
            category: count(candidates, |candidate| candidate.category),
            industry: count(candidates, |candidate| candidate.industry),
            technology: count(candidates, |candidate| candidate.technologies),
            city: count(candidates, |candidate| candidate.city),
            tag: count(candidates, |candidate| candidate.tags),
        }
    }
}

fn count<'a>(candidates: &[Candidate<'a>], labels: impl Fn(&Candidate<'a>) -> &'a str) -> Vec<Value<'a>> {
    let mut all: Vec<&str> = candidates.iter().flat_map(|candidate| labels(candidate).split('\n')).collect();
    all.retain(|label| !label.is_empty());
    all.sort_unstable();
    let mut values: Vec<Value<'a>> = Vec::new();
    for label in all {
        match values.last_mut() {
            Some(last) if last.value == label => last.count += 1,
            _ => values.push(Value { value: label, count: 1 }),
        }
    }
    values.sort_by_key(|value| std::cmp::Reverse(value.count));
    values.truncate(MOST);
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Index;

    #[test]
    fn facets_say_how_to_narrow() {
        let index = Index::new();
        for (title, industry) in
            [("Cavitation one", "Oil & Gas"), ("Cavitation two", "Water"), ("Cavitation three", "Water")]
        {
            let id = index.host.new_id();
            index.tell(
                "use-cases.use-case.published",
                id,
                &json!({ "status": "published", "title": title, "industry": industry,
                "technology": ["IoT", "Machine Learning"] }),
            );
        }
        let facets = index.search("/search/use-cases?q=cavitation").json()["facets"].take();
        assert_eq!(
            facets["industry"],
            json!([{ "value": "water", "count": 2 }, { "value": "oil-gas", "count": 1 }])
        );
        assert_eq!(
            facets["technology"],
            json!([{ "value": "iot", "count": 3 }, { "value": "machine-learning", "count": 3 }])
        );
        assert_eq!(
            index.search("/search/use-cases?q=cavitation&industry=oil-gas").json()["items"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}
