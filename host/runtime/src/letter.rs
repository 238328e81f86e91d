//! A letter between the feature that queued it and the room that sends it. Links in letters let people in, so a letter
//! lies in stores only sealed. Renders nothing, sends nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p2p_context::{FeatureName, Language, new_uuid};
use p2p_identity::{SealError, Sealer};
use p2p_storage::Event;
use p2p_tenants::Manifest;
use serde::{Deserialize, Serialize};

/// The topic of queued letters. No feature is called `platform`, so none can emit it.
pub const MAIL_TOPIC: &str = "platform.mail.queued";

/// Who gets which template with which values.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// An address.
    pub to: String,
    /// The language of the receiver.
    pub language: Language,
    /// Whose template.
    pub feature: FeatureName,
    /// Which template.
    pub template: String,
    /// What stands for the template's placeholders.
    pub values: BTreeMap<String, String>,
}

/// Not a letter that this host sealed for this tenant, or sealed under a retired secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unreadable")]
pub struct Unreadable;

/// What a feature needs to queue letters, and which it may.
pub struct Stationery {
    /// Seals what this tenant queues.
    pub sealer: Sealer,
    /// Names of the feature's templates.
    pub templates: BTreeSet<String>,
    /// Whether it may write to addresses of nobody.
    pub to_anybody: bool,
}

/// A letter as it is sealed.
#[derive(Serialize, Deserialize)]
struct Plain {
    to: String,
    language: String,
    feature: FeatureName,
    template: String,
    values: BTreeMap<String, String>,
}

/// The payload of the event.
#[derive(Serialize, Deserialize)]
struct Payload {
    sealed: String,
}

impl Stationery {
    /// For a feature with this manifest.
    pub fn new(sealer: Sealer, manifest: &Manifest, to_anybody: bool) -> Self {
        let templates = manifest.mails.iter().map(|template| template.name.clone()).collect();
        Self { sealer, templates, to_anybody }
    }
}

impl Letter {
    /// The event that keeps it until it is sent. Its key is its own, so that no letter waits for another.
    pub fn into_event(self, sealer: &Sealer) -> Result<Event, SealError> {
        let Self { to, language, feature, template, values } = self;
        let plain = Plain { to, language: language.as_str().to_owned(), feature, template, values };
        let plain = serde_json::to_vec(&plain).map_err(|_| SealError::Failed)?;
        let payload = Payload { sealed: STANDARD.encode(sealer.seal(&plain)?) };
        let payload = serde_json::to_vec(&payload).map_err(|_| SealError::Failed)?;
        Ok(Event { topic: MAIL_TOPIC.to_owned(), key: new_uuid().to_string(), payload })
    }

    /// The letter of such an event.
    pub fn open(payload: &[u8], sealer: &Sealer) -> Result<Self, Unreadable> {
        let Payload { sealed } = serde_json::from_slice(payload).map_err(|_| Unreadable)?;
        let sealed = STANDARD.decode(sealed).map_err(|_| Unreadable)?;
        let plain = sealer.open(&sealed).map_err(|_| Unreadable)?;
        let Plain { to, language, feature, template, values } =
            serde_json::from_slice(&plain).map_err(|_| Unreadable)?;
        let language = Language::named(&language).ok_or(Unreadable)?;
        Ok(Self { to, language, feature, template, values })
    }
}

// Values are for the receiver alone.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("feature", &self.feature)
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use p2p_context::TenantId;
    use p2p_identity::{Sealers, Secrets};

    use super::*;

    fn sealer(tenant: &str) -> Sealer {
        let secrets = Secrets::new("a secret of some length", []).unwrap();
        Sealers::new(secrets).of_mail(&TenantId::new(tenant).unwrap())
    }

    fn letter() -> Letter {
        Letter {
            to: "sara@works.example".to_owned(),
            language: Language::Ar,
            feature: FeatureName::new("accounts").unwrap(),
            template: "welcome".to_owned(),
            values: BTreeMap::from([("link".to_owned(), "https://app.example/?token=abc".to_owned())]),
        }
    }

    #[test]
    fn a_letter_is_sealed_for_its_tenant() {
        let event = letter().into_event(&sealer("main")).unwrap();
        assert_eq!(Letter::open(&event.payload, &sealer("main")), Ok(letter()));
        assert_eq!(Letter::open(&event.payload, &sealer("other")), Err(Unreadable));
        let shown = String::from_utf8(event.payload).unwrap();
        assert!(!shown.contains("sara") && !shown.contains("abc"), "{shown}");
        assert!(serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&shown).is_ok());
    }

    #[test]
    fn no_letter_waits_for_another_and_none_shows_its_values() {
        let (one, two) = (letter().into_event(&sealer("main")), letter().into_event(&sealer("main")));
        assert_ne!(one.unwrap().key, two.unwrap().key);
        assert!(!format!("{:?}", letter()).contains("sara"));
    }
}
