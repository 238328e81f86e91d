//! Use cases around the country, as they are written down beside this file, published through the routes of the feature,
//! each as whoever wrote it. What is there already is left as it is.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::Crowd;

const FILES: [&str; 2] = [include_str!("cases/english.json"), include_str!("cases/arabic.json")];

/// A use case. People stand in it by their names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UseCase {
    by: String,
    title: String,
    industry: String,
    technology: Vec<String>,
    problem_statement: String,
    solution: String,
    outcomes: Value,
    #[serde(default)]
    vendor_info: Value,
    location: Value,
    tags: Vec<String>,
    /// Not published yet.
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    likes: Vec<String>,
    #[serde(default)]
    bookmarks: Vec<String>,
}

fn read() -> Result<Vec<UseCase>> {
    let mut cases = Vec::new();
    for text in FILES {
        cases.extend(serde_json::from_str::<Vec<UseCase>>(text).context("use cases")?);
    }
    Ok(cases)
}

/// Shows every use case whose author is here.
pub async fn show(crowd: &Crowd<'_>) -> Result<()> {
    let mut own: HashMap<&str, Value> = HashMap::new();
    for (name, visitor) in crowd {
        let list = visitor.expect("GET", "/use-cases?mine=true&limit=100", &Value::Null, 200).await?;
        own.insert(name, list);
    }
    for case in read()? {
        let known = own.get(case.by.as_str()).and_then(|list| list.get("items")?.as_array());
        let known = known.and_then(|list| list.iter().find(|card| text(card, "title") == Some(&case.title)));
        case.begin(crowd, known).await.with_context(|| case.title.clone())?;
    }
    Ok(())
}

impl UseCase {
    /// One that was begun by a start which ended before it was published is published now.
    async fn begin(&self, crowd: &Crowd<'_>, known: Option<&Value>) -> Result<()> {
        let Some(author) = crowd.get(self.by.as_str()) else { return Ok(()) };
        let id = match known {
            Some(card) if self.draft || text(card, "status") != Some("draft") => return Ok(()),
            Some(card) => id(card)?,
            None => id(&author.expect("POST", "/use-cases", &self.body(), 201).await?)?,
        };
        if self.draft {
            return Ok(());
        }
        author.expect("POST", &format!("/use-cases/{id}/publish"), &Value::Null, 200).await?;
        for (names, what, on) in [
            (&self.likes, "like", json!({"liked": true})),
            (&self.bookmarks, "bookmark", json!({"bookmarked": true})),
        ] {
            for visitor in names.iter().filter_map(|name| crowd.get(name.as_str())) {
                visitor.expect("GET", &format!("/use-cases/{id}"), &Value::Null, 200).await?;
                visitor.expect("POST", &format!("/use-cases/{id}/{what}"), &on, 200).await?;
            }
        }
        Ok(())
    }

    fn body(&self) -> Value {
        let Self {
            title, industry, technology, problem_statement, solution, outcomes, location, tags, ..
        } = self;
        let mut body = json!({
            "title": title, "industry": industry, "technology": technology, "problemStatement": problem_statement,
            "solution": solution, "outcomes": outcomes, "location": location, "tags": tags,
        });
        if let (Value::Object(members), Value::Object(_)) = (&mut body, &self.vendor_info) {
            members.insert("vendorInfo".to_owned(), self.vendor_info.clone());
        }
        body
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

fn id(value: &Value) -> Result<String> {
    text(value, "id").map(str::to_owned).context("an answer without an id")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::people;
    use super::*;

    fn names(wanted: fn(usize) -> bool) -> HashSet<String> {
        let organizations = people::read().unwrap().into_iter();
        let people = organizations.flat_map(|organization| organization.people.into_iter().enumerate());
        people.filter(|(at, _)| wanted(*at)).map(|(_, person)| person.name).collect()
    }

    fn is_arabic(text: &str) -> bool {
        text.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c))
    }

    #[test]
    fn there_is_a_map_of_the_country_in_both_languages() {
        let cases = read().unwrap();
        let founders = names(|at| at == 0);
        let shown: Vec<_> = cases.iter().filter(|case| !case.draft && founders.contains(&case.by)).collect();
        assert!(shown.len() >= 15, "{} also where nobody can be invited", shown.len());
        let arabic = cases.iter().filter(|case| is_arabic(&case.title)).count();
        assert!(arabic >= 7 && cases.len() - arabic >= 7, "{arabic} of {}", cases.len());
        assert!(cases.iter().any(|case| case.draft));
        let cities: HashSet<_> = cases.iter().map(|case| case.location["city"].as_str().unwrap()).collect();
        assert!(cities.len() >= 12, "{cities:?}");
        for case in &cases {
            let place = |n: usize| case.location["coordinates"][n].as_f64().unwrap();
            assert!((16.0..32.5).contains(&place(0)) && (34.5..56.0).contains(&place(1)), "{}", case.title);
        }
    }

    #[test]
    fn texts_keep_the_limits_and_people_are_there() {
        let cases = read().unwrap();
        let titles: HashSet<_> = cases.iter().map(|case| &case.title).collect();
        assert_eq!(titles.len(), cases.len(), "a title tells what is there already");
        let everybody = names(|_| true);
        for case in &cases {
            assert!((5..=200).contains(&case.title.chars().count()), "{}", case.title);
            assert!(!case.technology.is_empty() && case.tags.len() <= 10, "{}", case.title);
            let outcomes = case.outcomes.as_object().unwrap();
            assert!(!outcomes.is_empty() && outcomes.values().all(Value::is_string), "{}", case.title);
            let people = case.likes.iter().chain(&case.bookmarks).chain([&case.by]);
            assert!(people.clone().all(|name| everybody.contains(name)), "{}", case.title);
            assert!(!case.likes.contains(&case.by), "{}: praises itself", case.title);
        }
    }
}
