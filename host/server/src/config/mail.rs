//! Where letters go: to an SMTP server when one is named, else into a folder of the data.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};
use p2p_jobs::{Login, Security, SmtpSettings};

use super::environment::Environment;
use super::file;

/// Letters that people hand in, for servers that do not say otherwise.
const PORT: u16 = 587;

/// Who letters come from, and who takes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// `name@example.org` or `A name <name@example.org>`; none: `no-reply` at the host of the public URL.
    pub from: Option<String>,
    /// Where links of letters lead; none: the first origin that may call the API.
    pub website: Option<String>,
    /// The server; none: letters become files.
    pub smtp: Option<SmtpSettings>,
}

/// Reads the variables and the table `[mail]`; paths in the table are relative to `folder`.
pub fn read(environment: &Environment, table: file::Mail, folder: &Path) -> Result<Mail> {
    let named = |name: &str, in_file: Option<String>| environment.get(name).or(in_file);
    let from = named("SMTP_FROM", table.from);
    let website = named("WEBSITE_URL", table.website).map(|url| parse_website(&url)).transpose()?;
    let login = login(named("SMTP_USER", table.user), named("SMTP_PASSWORD", table.password))?;
    let port = match environment.get("SMTP_PORT") {
        Some(port) => Some(port.parse().with_context(|| format!("SMTP_PORT: `{port}` is no port"))?),
        None => table.port,
    };
    let security = named("SMTP_TLS", table.tls).map(|text| parse_security(&text)).transpose()?;
    let ca_file = environment.get("SMTP_CA_FILE").map(Into::into);
    let ca_file = ca_file.or(table.ca_file.map(|file| folder.join(file)));
    let Some(host) = named("SMTP_HOST", table.host) else {
        if port.is_some() || login.is_some() || security.is_some() || ca_file.is_some() {
            bail!("a mail server is described but not named: set SMTP_HOST (mail.host), or unset the others");
        }
        return Ok(Mail { from, website, smtp: None });
    };
    let port = port.unwrap_or(PORT);
    let security = match security {
        Some(security) => security,
        None => default_security(&host, port)?,
    };
    let authorities = ca_file.map(|file| {
        fs::read(&file)
            .with_context(|| format!("SMTP_CA_FILE (mail.ca_file): cannot read {}", file.display()))
    });
    let authorities = authorities.transpose()?;
    Ok(Mail { from, website, smtp: Some(SmtpSettings { host, port, security, login, authorities }) })
}

/// Links begin with it, so that it may have a path but nothing behind it.
fn parse_website(url: &str) -> Result<String> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !is_web || url.contains(|c: char| c.is_whitespace() || "?#<>()".contains(c)) {
        bail!("WEBSITE_URL (mail.website): `{url}` is no address like https://app.example.org");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn login(user: Option<String>, password: Option<String>) -> Result<Option<Login>> {
    match (user, password) {
        (Some(user), Some(password)) => Ok(Some(Login { user, password })),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("SMTP_USER (mail.user) is set, SMTP_PASSWORD (mail.password) is not"),
        (None, Some(_)) => bail!("SMTP_PASSWORD (mail.password) is set, SMTP_USER (mail.user) is not"),
    }
}

fn parse_security(text: &str) -> Result<Security> {
    match text {
        "none" => Ok(Security::None),
        "starttls" => Ok(Security::StartTls),
        "tls" => Ok(Security::Tls),
        _ => bail!("SMTP_TLS (mail.tls): `{text}` is none of none, starttls, tls"),
    }
}

/// What the port is for. Letters travel readable to this machine only, or where somebody said so.
fn default_security(host: &str, port: u16) -> Result<Security> {
    match port {
        465 => Ok(Security::Tls),
        25 | 1025 if is_here(host) => Ok(Security::None),
        25 | 1025 => bail!(
            "mail to port {port} of `{host}` would travel readable: set SMTP_TLS (mail.tls) to starttls, or to none if \
             that is what you want"
        ),
        _ => Ok(Security::StartTls),
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(pairs: &[(&str, &str)]) -> Result<Mail> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        read(&Environment::of(pairs), file::Mail::default(), Path::new(""))
    }

    fn security(host: &str, port: &str) -> Result<Security> {
        read_from(&[("SMTP_HOST", host), ("SMTP_PORT", port)]).map(|mail| mail.smtp.unwrap().security)
    }

    #[test]
    fn without_a_server_letters_become_files() {
        assert_eq!(read_from(&[]).unwrap(), Mail::default());
        assert_eq!(read_from(&[("SMTP_FROM", "a@b.example")]).unwrap().from.as_deref(), Some("a@b.example"));
    }

    #[test]
    fn a_port_says_how_to_encrypt() {
        assert_eq!(read_from(&[("SMTP_HOST", "m.example")]).unwrap().smtp.unwrap().port, 587);
        assert_eq!(security("m.example", "587").unwrap(), Security::StartTls);
        assert_eq!(security("m.example", "465").unwrap(), Security::Tls);
        assert_eq!(security("m.example", "2525").unwrap(), Security::StartTls);
        assert_eq!(security("127.0.0.1", "1025").unwrap(), Security::None);
        assert_eq!(security("localhost", "25").unwrap(), Security::None);
        assert!(security("m.example", "25").unwrap_err().to_string().contains("SMTP_TLS"));
        let said = read_from(&[("SMTP_HOST", "m.example"), ("SMTP_PORT", "25"), ("SMTP_TLS", "none")]);
        assert_eq!(said.unwrap().smtp.unwrap().security, Security::None);
    }

    #[test]
    fn variables_come_before_the_file() {
        let table = file::Mail {
            host: Some("file.example".to_owned()),
            port: Some(465),
            user: Some("u".to_owned()),
            password: Some("from the file".to_owned()),
            ..file::Mail::default()
        };
        let environment = Environment::of([("SMTP_PASSWORD".to_owned(), "said".to_owned())]);
        let smtp = read(&environment, table, Path::new("")).unwrap().smtp.unwrap();
        assert_eq!((smtp.host.as_str(), smtp.security), ("file.example", Security::Tls));
        assert_eq!(smtp.login.as_ref().unwrap().password, "said");
        assert!(!format!("{smtp:?}").contains("said"), "a password is shown to nobody");
    }

    #[test]
    fn halves_are_refused() {
        for (pairs, word) in [
            (&[("SMTP_USER", "u"), ("SMTP_HOST", "m.example")][..], "SMTP_PASSWORD"),
            (&[("SMTP_PASSWORD", "p"), ("SMTP_HOST", "m.example")], "SMTP_USER"),
            (&[("SMTP_PORT", "587")], "SMTP_HOST"),
            (&[("SMTP_HOST", "m.example"), ("SMTP_PORT", "many")], "SMTP_PORT"),
            (&[("SMTP_HOST", "m.example"), ("SMTP_TLS", "ssl")], "`ssl`"),
            (&[("SMTP_HOST", "m.example"), ("SMTP_CA_FILE", "/nowhere/ca.pem")], "/nowhere/ca.pem"),
        ] {
            let error = format!("{:#}", read_from(pairs).unwrap_err());
            assert!(error.contains(word), "{error}");
        }
    }
}
