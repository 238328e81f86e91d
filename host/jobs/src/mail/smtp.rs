//! Hands messages to an SMTP server, one connection each. What goes wrong before the message is offered is the server's
//! or the operator's trouble and passes; only what the server says to the message itself can be final.

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::MailFault;
use super::settings::{InvalidMail, Security, SmtpSettings};

/// Longest wait for a connection that is ready to take a message.
const CONNECT: Duration = Duration::from_secs(15);
/// Longest wait until a message is taken. Servers look at it first, some for long.
const SEND: Duration = Duration::from_secs(60);
/// Longest wait for a goodbye, which nobody needs.
const QUIT: Duration = Duration::from_secs(2);
/// Characters of a server's words that are kept.
const WORDS: usize = 300;

/// An SMTP server.
pub struct Smtp {
    settings: SmtpSettings,
    credentials: Option<Credentials>,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl Smtp {
    /// Connects to nothing yet. `domain` is what this host calls itself.
    pub fn new(settings: SmtpSettings, domain: &str) -> Result<Self, InvalidMail> {
        let tls = match settings.security {
            Security::None => None,
            Security::StartTls | Security::Tls => Some(parameters(&settings)?),
        };
        let credentials =
            settings.login.as_ref().map(|login| Credentials::new(login.user.clone(), login.password.clone()));
        Ok(Self { settings, credentials, tls, hello: ClientId::Domain(domain.to_owned()) })
    }

    /// Greets the server and signs in.
    pub async fn check(&self) -> Result<(), String> {
        let mut connection = self.ready().await?;
        quit(&mut connection).await;
        Ok(())
    }

    /// Sends a message.
    pub async fn send(&self, message: &Message) -> Result<(), MailFault> {
        let mut connection = self.ready().await.map_err(MailFault::Later)?;
        let sent = timeout(SEND, connection.send(message.envelope(), &message.formatted())).await;
        match sent {
            Ok(Ok(_)) => {
                quit(&mut connection).await;
                Ok(())
            }
            Ok(Err(error)) if error.is_permanent() || error.is_client() => {
                Err(MailFault::Never(words(&error)))
            }
            Ok(Err(error)) => Err(MailFault::Later(words(&error))),
            Err(_) => Err(MailFault::Later("the mail server did not take it in time".to_owned())),
        }
    }

    async fn ready(&self) -> Result<AsyncSmtpConnection, String> {
        match timeout(CONNECT, self.connect()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(words(&error)),
            Err(_) => Err("the mail server did not answer in time".to_owned()),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let SmtpSettings { host, port, security, .. } = &self.settings;
        let wrapper = self.tls.clone().filter(|_| *security == Security::Tls);
        let server = (host.as_str(), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, wrapper, None).await?;
        if let (Security::StartTls, Some(tls)) = (security, &self.tls) {
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, InvalidMail> {
    let refuse = |error: Error| InvalidMail::Tls(words(&error));
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(authorities) = &settings.authorities {
        builder = builder.add_root_certificate(Certificate::from_pem(authorities).map_err(refuse)?);
    }
    builder.build().map_err(refuse)
}

async fn quit(connection: &mut AsyncSmtpConnection) {
    // The message is taken already, or there was none.
    let _ = timeout(QUIT, connection.quit()).await;
}

/// What happened, on one line.
fn words(error: &Error) -> String {
    let text = error.to_string();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(WORDS).collect()
}
