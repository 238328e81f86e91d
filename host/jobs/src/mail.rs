//! Letters that features queued: opened, filled in, handed to an SMTP server or laid into a folder. Tells whoever
//! delivers events how it went; keeps no books.

mod folder;
mod layout;
mod message;
mod settings;
mod smtp;
mod template;

use std::path::PathBuf;

use p2p_context::TenantId;
use p2p_runtime::{Letter, Runtime};
use p2p_tenants::manifest::MailTemplate;

use self::folder::Folder;
use self::smtp::Smtp;
use crate::deliveries::Delivery;

pub use self::message::Sender;
pub use self::settings::{InvalidMail, Login, Security, SmtpSettings};

/// The subscriber of queued letters: the host itself. No feature may have this name.
pub const SUBSCRIBER: &str = "mail";

/// Why a letter did not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFault {
    /// Another try may work.
    Later(String),
    /// No other try will.
    Never(String),
}

/// Sends letters.
pub struct Mailer {
    sender: Sender,
    outlet: Outlet,
}

enum Outlet {
    Folder(Folder),
    Smtp(Smtp),
}

impl Mailer {
    /// Lays letters into this folder, for people who try the server out.
    pub fn to_folder(folder: PathBuf, sender: Sender) -> Self {
        Self { sender, outlet: Outlet::Folder(Folder::new(folder)) }
    }

    /// Hands letters to an SMTP server.
    pub fn to_server(settings: SmtpSettings, sender: Sender) -> Result<Self, InvalidMail> {
        let smtp = Smtp::new(settings, sender.domain())?;
        Ok(Self { sender, outlet: Outlet::Smtp(smtp) })
    }

    /// Whether letters would be taken now: greets the server and signs in.
    pub async fn check(&self) -> Result<(), String> {
        match &self.outlet {
            Outlet::Folder(_) => Ok(()),
            Outlet::Smtp(smtp) => smtp.check().await,
        }
    }

    /// Sends the letter of a delivery.
    pub(crate) async fn send(
        &self,
        runtime: &Runtime,
        tenant: &TenantId,
        delivery: &Delivery,
    ) -> Result<(), MailFault> {
        let never = |reason: &str| MailFault::Never(reason.to_owned());
        let letter = runtime
            .open_letter(tenant, &delivery.payload)
            .map_err(|_| never("the letter cannot be opened: the secret that sealed it is gone"))?;
        let template = find_template(runtime, tenant, &letter)?;
        let filled =
            template::fill(template.in_language(letter.language), &letter.values, self.sender.website())
                .map_err(|fault| MailFault::Never(fault.to_string()))?;
        let message = message::compose(&self.sender, &letter, filled, delivery)
            .map_err(|fault| MailFault::Never(fault.to_string()))?;
        match &self.outlet {
            Outlet::Folder(folder) => folder.keep(delivery, message.formatted()).await,
            Outlet::Smtp(smtp) => smtp.send(&message).await,
        }
    }
}

fn find_template(runtime: &Runtime, tenant: &TenantId, letter: &Letter) -> Result<MailTemplate, MailFault> {
    let installed = runtime.installed(tenant);
    let feature = installed.iter().find(|feature| feature.manifest.name == letter.feature);
    let feature =
        feature.ok_or_else(|| MailFault::Later("the feature that wrote it is not installed".to_owned()))?;
    let template = feature.manifest.mails.iter().find(|template| template.name == letter.template);
    template.cloned().ok_or_else(|| {
        MailFault::Never(format!("`{}` has no template `{}` any more", letter.feature, letter.template))
    })
}
