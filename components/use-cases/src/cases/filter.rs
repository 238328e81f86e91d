//! What a list of use cases was narrowed to, as the query string says it.

use p2p_sdk::{Check, Problem, Rule, Uuid, fold};
use serde::Deserialize;

use super::card::Status;

const WORD_MAX: usize = 100;
const SEARCH_MAX: usize = 200;
/// Values of one name.
const VALUES_MAX: usize = 20;
/// Words of a search that are looked for.
const WORDS_MAX: usize = 8;

const BOX: Rule = Rule::Own(
    "FORM",
    "must be west,south,east,north in degrees",
    "يجب أن يكون على الصيغة: غرب،جنوب،شرق،شمال بالدرجات",
);

/// Narrows a list of use cases; what is not given narrows nothing. A name that is given several times takes any of its
/// values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = UseCaseFilter))]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// In any case, Arabic letters in any form.
    pub industry: Vec<String>,
    pub technology: Vec<String>,
    pub city: Vec<String>,
    pub tag: Vec<String>,
    /// Words of title, industry, technologies, city and tags.
    pub search: Option<String>,
    /// Published ones when nothing is said, and any with `mine`.
    pub status: Option<Status>,
    /// The caller's own only.
    pub mine: bool,
    pub organization_id: Option<Uuid>,
    /// A part of the map: `west,south,east,north` in degrees.
    pub bbox: Option<String>,
    pub sort: Sort,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(serde::Serialize, utoipa::ToSchema), schema(as = UseCaseSort))]
#[serde(rename_all = "camelCase")]
pub enum Sort {
    /// The last one published first.
    #[default]
    Newest,
    MostViewed,
    MostLiked,
}

impl Sort {
    /// The column that orders, before `id`, largest first.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Newest => "listed_at",
            Self::MostViewed => "views",
            Self::MostLiked => "likes",
        }
    }

    /// Names the list in its cursors.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Newest => "use-cases.newest",
            Self::MostViewed => "use-cases.viewed",
            Self::MostLiked => "use-cases.liked",
        }
    }
}

/// A filter in the form that rows are stored in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Narrowed {
    /// Kinds of terms, each with the terms that will do.
    pub terms: Vec<(&'static str, Vec<String>)>,
    pub words: Vec<String>,
    pub status: Option<Status>,
    pub mine: bool,
    pub organization_id: Option<Uuid>,
    pub bbox: Option<Bbox>,
    pub sort: Sort,
}

/// A part of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Filter {
    /// Brings words into the form they are stored in, and refuses what could be in no use case.
    pub fn normalize(&self) -> Result<Narrowed, Problem> {
        let kinds = [
            ("industry", &self.industry),
            ("technology", &self.technology),
            ("city", &self.city),
            ("tag", &self.tag),
        ];
        let check = kinds.iter().fold(Check::new(), |check, (kind, values)| {
            let check = check.items(*kind, values.len(), 0..=VALUES_MAX);
            check.each(values, |check, (_, value)| check.text(*kind, value, 0..=WORD_MAX))
        });
        let bbox = self.bbox.as_deref().filter(|text| !text.trim().is_empty());
        check
            .given(&self.search, |check, text| check.text("search", text, 0..=SEARCH_MAX))
            .that(bbox.is_none_or(|text| Bbox::parse(text).is_some()), "bbox", BOX)
            .finish()?;
        let terms = kinds.into_iter().map(|(kind, values)| (kind, terms(kind, values)));
        let search = self.search.as_deref().map(fold).unwrap_or_default();
        Ok(Narrowed {
            terms: terms.filter(|(_, terms)| !terms.is_empty()).collect(),
            words: search
                .split(' ')
                .filter(|word| !word.is_empty())
                .take(WORDS_MAX)
                .map(str::to_owned)
                .collect(),
            status: self.status,
            mine: self.mine,
            organization_id: self.organization_id,
            bbox: bbox.and_then(Bbox::parse),
            sort: self.sort,
        })
    }
}

fn terms(kind: &str, values: &[String]) -> Vec<String> {
    let mut terms: Vec<String> = values.iter().map(|value| term(kind, value)).collect();
    terms.retain(|term| !term.is_empty());
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The form in which a word is filtered by: tags have hyphens for blanks.
pub fn term(kind: &str, value: &str) -> String {
    let folded = fold(value);
    if kind == "tag" { folded.replace(' ', "-") } else { folded }
}

impl Bbox {
    fn parse(text: &str) -> Option<Self> {
        let mut sides = text.split(',').map(|side| side.trim().parse::<f64>().ok());
        let (west, south, east, north) = (sides.next()??, sides.next()??, sides.next()??, sides.next()??);
        let on_earth = [west, east].iter().all(|side| (-180.0..=180.0).contains(side))
            && [south, north].iter().all(|side| (-90.0..=90.0).contains(side));
        (sides.next().is_none() && on_earth && south <= north).then_some(Self { west, south, east, north })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Atlas;

    #[test]
    fn words_are_looked_for_in_their_stored_form() {
        let filter = Filter {
            industry: vec!["  Plastics ".into(), "plastics".into(), String::new()],
            city: vec!["الرِّياض".into()],
            tag: vec!["Quality  Control".into()],
            search: Some(" PUMP  أحمد ".into()),
            ..Filter::default()
        };
        let found = filter.normalize().unwrap();
        let wanted = [("industry", "plastics"), ("city", "الرياض"), ("tag", "quality-control")];
        assert_eq!(found.terms, wanted.map(|(kind, term)| (kind, vec![term.to_owned()])));
        assert_eq!(found.words, ["pump", "احمد"]);
    }

    #[test]
    fn a_box_is_west_south_east_north() {
        let whole = Bbox::parse(" 34.5, 16 ,55.7,32.2").unwrap();
        assert_eq!((whole.west, whole.south, whole.east, whole.north), (34.5, 16.0, 55.7, 32.2));
        assert!(Bbox::parse("170,-20,-170,20").is_some(), "across the date line");
        for wrong in
            ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,40,10,30", "0,0,181,1", "0,-91,1,1", "NaN,0,1,1"]
        {
            assert_eq!(Bbox::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_filter_is_named() {
        let atlas = Atlas::new();
        let many = "industry=a&".repeat(21);
        for (query, field, code) in [
            ("sort=odd", "sort", "FORM"),
            ("status=gone", "status", "FORM"),
            ("organizationId=me", "organizationId", "FORM"),
            ("mine=perhaps", "mine", "TYPE"),
            ("search=%00", "search", "CHARACTERS"),
            ("tag=a&tag=%00", "tag", "CHARACTERS"),
            ("bbox=1,2,3", "bbox", "FORM"),
            (many.as_str(), "industry", "TOO_MANY"),
            ("page=0", "page", "RANGE"),
        ] {
            let answer = atlas.list(None, query);
            assert_eq!(
                (answer.status, answer.wrong_fields()),
                (422, vec![(field.into(), code.into())]),
                "{query}"
            );
        }
    }
}
