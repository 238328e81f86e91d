//! Organizations and their people. The first of each founds it and is its admin; the others are invited and follow the link
//! of the letter, which is possible only where letters are files.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use futures::future::try_join_all;
use p2p_http::App;
use serde::Deserialize;
use serde_json::{Value, json};

use super::mailbox::Mailbox;
use super::visitor::Visitor;

/// The password of everybody here.
pub const PASSWORD: &str = "Majlis-2026-demo";

/// An organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    pub name: String,
    pub domain: String,
    industry: String,
    size: String,
    country: String,
    city: String,
    pub people: Vec<Person>,
}

/// Somebody in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// What conversations call them, and the first part of their address.
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub language: String,
    title: String,
    expertise: Vec<String>,
}

/// Who is signed in, by name.
pub type Crowd<'a> = HashMap<&'a str, Visitor<'a>>;

/// Where people come in.
pub struct Door<'a> {
    pub app: &'a App,
    pub host: &'a str,
    /// Where invitations arrive; none: nobody can be invited.
    pub mailbox: Option<Mailbox>,
}

impl Person {
    /// Their address in this organization.
    pub fn email(&self, organization: &Organization) -> String {
        format!("{}@{}", self.name, organization.domain)
    }
}

/// Everybody.
pub fn read() -> Result<Vec<Organization>> {
    serde_json::from_str(include_str!("people.json")).context("people.json")
}

impl<'a> Door<'a> {
    /// Lets everybody in who can come.
    pub async fn enter(&'a self, organizations: &'a [Organization]) -> Result<Crowd<'a>> {
        let houses = try_join_all(organizations.iter().map(|organization| self.house(organization))).await?;
        Ok(houses.into_iter().flatten().collect())
    }

    async fn house(&'a self, organization: &'a Organization) -> Result<Vec<(&'a str, Visitor<'a>)>> {
        let (founder, colleagues) = organization.people.split_first().context("nobody founds it")?;
        let admin = self.found(organization, founder).await.with_context(|| founder.email(organization))?;
        let mut house = Vec::new();
        for colleague in colleagues {
            let visitor = self.invite(&admin, organization, colleague).await;
            let visitor = visitor.with_context(|| colleague.email(organization))?;
            house.extend(visitor.map(|visitor| (colleague.name.as_str(), visitor)));
        }
        house.push((&founder.name, admin));
        Ok(house)
    }

    /// Signs up, or in when that was done before.
    async fn found(&'a self, organization: &Organization, person: &Person) -> Result<Visitor<'a>> {
        let Organization { name, industry, size, country, city, .. } = organization;
        let signup = json!({
            "email": person.email(organization), "password": PASSWORD,
            "firstName": person.first_name, "lastName": person.last_name,
            "organizationName": name, "industry": industry, "size": size, "country": country, "city": city,
        });
        match self.sign_up(person, &signup).await? {
            (201, visitor, _) => Ok(visitor),
            (409, ..) => self.sign_in(&person.email(organization)).await,
            (status, _, answer) => bail!("signing up was answered {status}: {answer}"),
        }
    }

    /// Invites somebody who then signs up; signs them in when they are there. None when no letter comes.
    async fn invite(
        &'a self,
        admin: &Visitor<'a>,
        organization: &Organization,
        person: &Person,
    ) -> Result<Option<Visitor<'a>>> {
        let Some(mailbox) = &self.mailbox else { return Ok(None) };
        let (email, first_name, last_name) =
            (person.email(organization), &person.first_name, &person.last_name);
        let old = mailbox.invitation(&email).await?;
        let invitation =
            json!({"email": email, "firstName": first_name, "lastName": last_name, "role": "member"});
        let token = match admin.send("POST", "/users/invite", &invitation).await? {
            (201, _) => mailbox.next_invitation(&email, old.as_deref()).await?,
            // Invited by a start that ended a moment ago: that letter is still good.
            (429, _) => mailbox.next_invitation(&email, None).await?,
            (409, _) => return self.sign_in(&email).await.map(Some),
            (status, answer) => bail!("inviting was answered {status}: {answer}"),
        };
        let Some(token) = token else {
            tracing::warn!(email, "no invitation came: the demo goes on without them");
            return Ok(None);
        };
        let signup = json!({
            "email": email, "password": PASSWORD, "firstName": first_name, "lastName": last_name,
            "inviteToken": token,
        });
        match self.sign_up(person, &signup).await? {
            (201, visitor, _) => Ok(Some(visitor)),
            (status, _, answer) => bail!("accepting was answered {status}: {answer}"),
        }
    }

    async fn sign_up(&'a self, person: &Person, signup: &Value) -> Result<(u16, Visitor<'a>, Value)> {
        let visitor = Visitor::new(self.app, self.host);
        let (status, answer) = visitor.send("POST", "/auth/signup", signup).await?;
        if status == 201 {
            let Person { language, title, expertise, .. } = person;
            let profile = json!({"language": language, "title": title, "expertiseTags": expertise});
            visitor.expect("PATCH", "/users/me", &profile, 200).await?;
        }
        Ok((status, visitor, answer))
    }

    async fn sign_in(&'a self, email: &str) -> Result<Visitor<'a>> {
        let visitor = Visitor::new(self.app, self.host);
        let login = json!({"email": email, "password": PASSWORD});
        match visitor.send("POST", "/auth/login", &login).await? {
            (200, _) => Ok(visitor),
            (status, answer) => bail!("signing in was answered {status}: {answer}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_has_a_name_and_every_organization_a_domain_of_their_own() {
        let organizations = read().unwrap();
        let people: Vec<_> = organizations.iter().flat_map(|organization| &organization.people).collect();
        let names: HashSet<_> = people.iter().map(|person| &person.name).collect();
        let domains: HashSet<_> = organizations.iter().map(|organization| &organization.domain).collect();
        assert_eq!((names.len(), domains.len()), (people.len(), organizations.len()));
        assert!(organizations.iter().all(|organization| !organization.people.is_empty()));
        assert!(domains.iter().all(|domain| domain.ends_with(".example")), "no letter leaves to anybody");
        let languages: HashSet<_> = people.iter().map(|person| person.language.as_str()).collect();
        assert_eq!(languages, HashSet::from(["ar", "en"]));
    }
}
