//! What was asked, as the query string says it, brought into the form the index has.

use p2p_sdk::{Check, Problem, Rule, Timestamp};
use serde::Deserialize;

use super::word::{Word, words_of};
use crate::text::label;

const WORD_MAX: usize = 100;
const CHOICES_MAX: usize = 10;
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// What to look for, and where. What is not given narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = SearchFilter))]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    /// Words in Arabic or English, the last ones perhaps not finished.
    #[cfg_attr(feature = "describe", schema(required, min_length = 2, max_length = 200))]
    pub q: Option<String>,
    /// Slug of a forum category.
    pub category: Option<String>,
    pub tag: Option<String>,
    /// From this day or time on.
    pub from: Option<String>,
    /// Up to this day or time; the day itself included.
    pub to: Option<String>,
    pub industry: Vec<String>,
    pub technology: Vec<String>,
    pub city: Vec<String>,
    /// Topics with a best answer only, or others only, and what stands in them.
    pub answered: Option<bool>,
    pub sort: Sort,
}

/// The order of what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "describe", derive(serde::Serialize, utoipa::ToSchema), schema(as = SearchSort))]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// The best match first.
    #[default]
    Relevance,
    /// The newest first.
    Date,
}

/// The same, ready to be looked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub words: Vec<Word>,
    pub category: Option<String>,
    pub tag: Option<String>,
    pub from: Option<Timestamp>,
    /// The first moment that is too late.
    pub before: Option<Timestamp>,
    pub industry: Vec<String>,
    pub technology: Vec<String>,
    pub city: Vec<String>,
    pub answered: Option<bool>,
    pub sort: Sort,
}

impl Filter {
    /// Refuses what could be no question, all of it at once.
    pub fn normalize(&self) -> Result<Asked, Problem> {
        let word =
            |field: &'static str| move |check: Check, text: &String| check.text(field, text, 0..=WORD_MAX);
        let (from, before) = (start(self.from.as_deref()), end(self.to.as_deref()));
        let check = Check::new()
            .text("q", self.q.as_deref().unwrap_or_default(), 2..=200)
            .given(&self.category, word("category"))
            .given(&self.tag, word("tag"))
            .that(from.is_ok(), "from", Rule::Form)
            .that(before.is_ok(), "to", Rule::Form);
        let lists = [("industry", &self.industry), ("technology", &self.technology), ("city", &self.city)];
        let check = lists.into_iter().fold(check, |check, (field, values)| {
            let check = check.items(field, values.len(), 0..=CHOICES_MAX);
            check.each(values, |check, (_, value)| check.text(field, value, 0..=WORD_MAX))
        });
        check.finish()?;
        let one = |given: &Option<String>| given.as_deref().filter(|text| !text.is_empty()).map(label);
        let many =
            |given: &[String]| given.iter().filter(|text| !text.is_empty()).map(|text| label(text)).collect();
        Ok(Asked {
            words: words_of(self.q.as_deref().unwrap_or_default()),
            category: one(&self.category),
            tag: one(&self.tag),
            from: from.unwrap_or_default(),
            before: before.unwrap_or_default(),
            industry: many(&self.industry),
            technology: many(&self.technology),
            city: many(&self.city),
            answered: self.answered,
            sort: self.sort,
        })
    }
}

/// It is neither a time nor a day.
struct NoTime;

fn start(text: Option<&str>) -> Result<Option<Timestamp>, NoTime> {
    given(text).map(|text| time(text).or_else(|_| midnight(text))).transpose()
}

fn end(text: Option<&str>) -> Result<Option<Timestamp>, NoTime> {
    let behind = |text| match time(text) {
        Ok(Timestamp(at)) => Ok(Timestamp(at.saturating_add(1))),
        Err(NoTime) => midnight(text).map(|day| day.after(DAY)),
    };
    given(text).map(behind).transpose()
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn time(text: &str) -> Result<Timestamp, NoTime> {
    text.parse().map_err(|_| NoTime)
}

fn midnight(day: &str) -> Result<Timestamp, NoTime> {
    time(&format!("{day}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read() {
        let parse = |text: &str| text.parse::<Timestamp>().unwrap();
        let day = parse("2026-02-01T00:00:00Z");
        assert_eq!(start(Some("2026-02-01")).ok(), Some(Some(day)));
        assert_eq!(end(Some("2026-01-31")).ok(), Some(Some(day)));
        assert_eq!(end(Some("2026-01-31T23:59:59.999999Z")).ok(), Some(Some(day)));
        assert_eq!(start(Some("2026-02-01T03:00:00+03:00")).ok(), Some(Some(day)));
        assert_eq!((start(None).ok(), start(Some(" ")).ok()), (Some(None), Some(None)));
        assert!(start(Some("yesterday")).is_err() && end(Some("2026-13-01")).is_err());
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let filter = Filter {
            q: Some("a".into()),
            tag: Some("\0".into()),
            from: Some("soon".into()),
            city: vec![String::new(); 11],
            ..Filter::default()
        };
        let problem = filter.normalize().unwrap_err();
        let found: Vec<_> =
            problem.wrong_fields().iter().map(|wrong| (wrong.field.as_ref(), wrong.rule.code())).collect();
        assert_eq!(
            found,
            [("q", "TOO_SHORT"), ("tag", "CHARACTERS"), ("from", "FORM"), ("city", "TOO_MANY")]
        );
    }
}
