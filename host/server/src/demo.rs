//! Something to look at: organizations, people and their conversations in Arabic and English, added through the features'
//! own routes as their owners would. Adding them again changes nothing.

mod cases;
mod mailbox;
mod messages;
mod people;
mod speak;
mod talk;
mod visitor;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use p2p_http::App;
use p2p_tenants::Tenant;
use p2p_tenants::file::ANY_HOST;

use self::mailbox::Mailbox;
use self::people::{Crowd, Door, Organization, PASSWORD};

/// Adds what is not there yet to the first tenant that has accounts; answers how to sign in. Letters are read in this folder.
/// Without one nobody can be invited: people have no colleagues then, and what those would say is left out.
pub async fn add(app: &App, url: &str, tenants: &[Tenant], letters: Option<PathBuf>) -> Result<String> {
    let has = |tenant: &Tenant, feature: &str| tenant.features.keys().any(|name| name.as_str() == feature);
    let tenant = tenants.iter().find(|tenant| has(tenant, "accounts")).context("no tenant has accounts")?;
    let host = tenant.hosts.iter().find(|host| *host != ANY_HOST).map_or("localhost", String::as_str);
    let organizations = people::read()?;
    let door = Door { app, host, mailbox: letters.map(Mailbox::new) };
    let crowd = door.enter(&organizations).await?;
    if has(tenant, "forums") {
        speak::speak(&crowd, &talk::read(|name| crowd.contains_key(name))?).await?;
    }
    if has(tenant, "use-cases") {
        cases::show(&crowd).await?;
    }
    if has(tenant, "messaging") {
        messages::write(&crowd).await?;
    }
    Ok(logins(url, &organizations, &crowd))
}

fn logins(url: &str, organizations: &[Organization], crowd: &Crowd<'_>) -> String {
    let mut text = format!("Demo people can sign in (POST {url}/api/v1/auth/login), password `{PASSWORD}`:");
    for organization in organizations {
        for person in organization.people.iter().filter(|person| crowd.contains_key(person.name.as_str())) {
            let (email, name) = (person.email(organization), &organization.name);
            // Writing to a string cannot fail.
            let _ = write!(text, "\n  {email:<32} {} {}, {name}", person.first_name, person.last_name);
        }
    }
    text
}
