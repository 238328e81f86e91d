//! Whether letters reach people: the server that is to take them is greeted, and signed in to.

use p2p_jobs::Security;

use super::Finding;
use crate::config::Config;
use crate::wiring;

/// One finding.
pub async fn look(config: &Config) -> Finding {
    let Some(smtp) = &config.mail.smtp else {
        let folder = config.mail_folder().display().to_string();
        return match config.public_url {
            None => Finding::fine("mail", format!("files in {folder}")),
            Some(_) => {
                Finding::careful("mail", format!("files in {folder}"), "set SMTP_HOST, or nobody gets any")
            }
        };
    };
    let found = format!("{}:{}", smtp.host, smtp.port);
    let mailer = match wiring::mailer(config) {
        Ok(mailer) => mailer,
        Err(error) => return Finding::wrong("mail", format!("{found}: {error:#}"), "correct the setting"),
    };
    match mailer.check().await {
        Err(error) => Finding::wrong(
            "mail",
            format!("{found}: {error}"),
            "check SMTP_HOST, SMTP_PORT, SMTP_TLS and the login",
        ),
        Ok(()) if smtp.security == Security::None && smtp.login.is_some() => {
            Finding::careful("mail", found, "the password travels readable: set SMTP_TLS")
        }
        Ok(()) => Finding::fine("mail", found),
    }
}
