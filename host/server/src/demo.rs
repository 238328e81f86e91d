//! Something to look at: organizations, people and topics in Arabic and English, added through the features' own
//! routes as their owners would. Adding them again changes nothing.

mod visitor;

use std::collections::HashSet;
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use p2p_http::App;
use p2p_tenants::Tenant;
use p2p_tenants::file::ANY_HOST;
use serde::Deserialize;
use serde_json::{Value, json};

use self::visitor::Visitor;

/// The password of everybody here.
const PASSWORD: &str = "Majlis-2026-demo";

#[derive(Deserialize)]
struct Content {
    people: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    email: String,
    first_name: String,
    last_name: String,
    organization_name: String,
    industry: String,
    size: String,
    country: String,
    city: String,
    language: String,
    topics: Vec<Topic>,
}

#[derive(Deserialize)]
struct Topic {
    title: String,
    content: String,
    category: String,
    tags: Vec<String>,
}

/// Adds what is not there yet to the first tenant that has accounts; answers how to sign in.
pub async fn add(app: &App, url: &str, tenants: &[Tenant]) -> Result<String> {
    let has = |tenant: &Tenant, feature: &str| tenant.features.keys().any(|name| name.as_str() == feature);
    let tenant = tenants.iter().find(|tenant| has(tenant, "accounts")).context("no tenant has accounts")?;
    let host = tenant.hosts.iter().find(|host| *host != ANY_HOST).map_or("localhost", String::as_str);
    let Content { people } = serde_json::from_str(include_str!("demo/content.json"))?;
    for person in &people {
        let mut visitor = enter(app, host, person).await.with_context(|| person.email.clone())?;
        if has(tenant, "forums") {
            post_topics(&mut visitor, &person.topics).await.with_context(|| person.email.clone())?;
        }
    }
    Ok(logins(url, &people))
}

/// Signs up, or in when that was done before.
async fn enter<'a>(app: &'a App, host: &'a str, person: &Person) -> Result<Visitor<'a>> {
    let mut visitor = Visitor::new(app, host);
    let signup = json!({
        "email": person.email, "password": PASSWORD,
        "firstName": person.first_name, "lastName": person.last_name,
        "organizationName": person.organization_name, "industry": person.industry, "size": person.size,
        "country": person.country, "city": person.city,
    });
    let (status, answer) = visitor.send("POST", "/api/v1/auth/signup", &signup).await?;
    match status {
        201 => {
            let profile = json!({"language": person.language});
            visitor.expect("PATCH", "/api/v1/users/me", &profile, 200).await?;
        }
        409 => {
            let login = json!({"email": person.email, "password": PASSWORD});
            visitor.expect("POST", "/api/v1/auth/login", &login, 200).await?;
        }
        _ => bail!("signing up was answered {status}: {answer}"),
    }
    Ok(visitor)
}

async fn post_topics(visitor: &mut Visitor<'_>, topics: &[Topic]) -> Result<()> {
    let list = visitor.expect("GET", "/api/v1/forums/topics?limit=100", &Value::Null, 200).await?;
    let items = list.get("items").and_then(Value::as_array);
    let known: HashSet<&str> =
        items.into_iter().flatten().filter_map(|item| item.get("title").and_then(Value::as_str)).collect();
    for topic in topics.iter().filter(|topic| !known.contains(topic.title.as_str())) {
        let new = json!({
            "title": topic.title, "content": topic.content, "category": topic.category, "tags": topic.tags,
        });
        visitor.expect("POST", "/api/v1/forums/topics", &new, 201).await?;
    }
    Ok(())
}

fn logins(url: &str, people: &[Person]) -> String {
    let mut text = format!("Demo people can sign in (POST {url}/api/v1/auth/login), password `{PASSWORD}`:");
    for Person { email, first_name, last_name, organization_name, .. } in people {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {email:<32} {first_name} {last_name}, {organization_name}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_reads_in_both_languages_and_each_organization_has_one_domain() {
        let Content { people } = serde_json::from_str(include_str!("demo/content.json")).unwrap();
        let domains: HashSet<_> =
            people.iter().map(|person| person.email.split_once('@').unwrap().1).collect();
        assert_eq!(domains.len(), people.len());
        let languages: HashSet<_> = people.iter().map(|person| person.language.as_str()).collect();
        assert_eq!(languages, HashSet::from(["ar", "en"]));
        for topic in people.iter().flat_map(|person| &person.topics) {
            assert!((5..=200).contains(&topic.title.chars().count()) && topic.content.chars().count() >= 20);
        }
    }
}
