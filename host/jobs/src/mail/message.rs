//! A letter as the message that mail servers pass on: both forms, and headers that are the same at every try.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::Message;
use lettre::address::{Address, AddressError};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use p2p_context::Timestamp;
use p2p_runtime::Letter;

use super::layout;
use super::settings::InvalidMail;
use super::template::Filled;
use crate::deliveries::Delivery;

/// The last second that a date header can name, in the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// The value of a letter by which mail programs stop letters like it at a click (RFC 8058): a path of this server that
/// takes a POST from anybody.
const ONE_CLICK: &str = "listUnsubscribe";

/// Who letters come from.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    domain: String,
    website: String,
    api: String,
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub enum MessageFault {
    /// The receiver has no address that could stand in a header.
    #[error("the receiver's address cannot be written to")]
    Receiver(#[from] AddressError),
    /// A header that would have to be there is not.
    #[error("the message cannot be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

impl Sender {
    /// `from`, or `no-reply` at this host. The host also names messages. Links of letters that are mere paths lead to
    /// the website, e.g. `https://app.example.org`.
    pub fn new(from: Option<&str>, host: &str, website: &str) -> Result<Self, InvalidMail> {
        let default = format!("no-reply@{host}");
        let text = from.unwrap_or(&default);
        let from = text.parse().map_err(|_| InvalidMail::Sender(text.to_owned()))?;
        let website = website.trim_end_matches('/').to_owned();
        Ok(Self { from, domain: host.to_owned(), api: website.clone(), website })
    }

    /// With another address for what mail programs ask of this server itself than the website's.
    #[must_use]
    pub fn answering_at(self, api: &str) -> Self {
        Self { api: api.trim_end_matches('/').to_owned(), ..self }
    }

    /// Where people use what letters are about.
    pub fn website(&self) -> &str {
        &self.website
    }

    /// The host that the server introduces itself as.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

/// Puts the message together.
pub fn compose(
    sender: &Sender,
    letter: &Letter,
    filled: Filled,
    delivery: &Delivery,
) -> Result<Message, MessageFault> {
    let to: Address = letter.to.parse()?;
    let page = layout::page(letter.language, &filled.subject, &filled.html);
    let builder = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(None, to))
        .subject(filled.subject)
        .message_id(Some(format!("<{}@{}>", delivery.event_id, sender.domain)))
        .date(time(delivery.committed_at))
        // Answering programs keep quiet.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", letter.language.as_str()));
    let builder = match one_click(sender, letter) {
        Some(address) => builder
            .raw_header(header("List-Unsubscribe", &format!("<{address}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        None => builder,
    };
    Ok(builder.multipart(MultiPart::alternative_plain_html(filled.text, page))?)
}

/// Where letters like this are stopped; none for what is no path or would end the header.
fn one_click(sender: &Sender, letter: &Letter) -> Option<String> {
    let path = letter.values.get(ONE_CLICK)?;
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte));
    (path.starts_with('/') && is_plain).then(|| format!("{}{path}", sender.api))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn time(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.as_secs()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(seconds.min(LAST_SECOND))
}

#[cfg(test)]
mod tests {
    use p2p_context::{FeatureName, Language};
    use uuid::Uuid;

    use super::*;

    fn delivery() -> Delivery {
        let name = FeatureName::new("mail").unwrap();
        Delivery {
            event_id: Uuid::from_u128(7),
            subscriber: name.clone(),
            producer: name,
            position: 1,
            topic: String::new(),
            key: String::new(),
            payload: Vec::new(),
            committed_at: Timestamp(1_790_000_000_000_000),
            is_dead: false,
            attempts: 0,
            next_at: Timestamp(0),
            last_error: String::new(),
        }
    }

    fn composed(to: &str, subject: &str) -> Result<String, MessageFault> {
        composed_with(to, subject, &[])
    }

    fn composed_with(to: &str, subject: &str, values: &[(&str, &str)]) -> Result<String, MessageFault> {
        let letter = Letter {
            to: to.to_owned(),
            language: Language::En,
            feature: FeatureName::new("accounts").unwrap(),
            template: String::new(),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let filled = Filled {
            subject: subject.to_owned(),
            text: "Plain.".to_owned(),
            html: "<p>Rich.</p>".to_owned(),
        };
        let sender = Sender::new(None, "works.example", "https://app.example").unwrap();
        let sender = sender.answering_at("https://api.example/");
        compose(&sender, &letter, filled, &delivery())
            .map(|message| String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn headers_are_the_same_at_every_try() {
        let message = composed("sara@mail.example", "Hello").unwrap();
        for header in [
            "From: no-reply@works.example\r\n",
            "To: sara@mail.example\r\n",
            "Subject: Hello\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000007@works.example>\r\n",
            "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Language: en\r\n",
        ] {
            assert!(message.contains(header), "{header}: {message}");
        }
        assert!(message.contains("multipart/alternative") && message.is_ascii(), "{message}");
    }

    #[test]
    fn no_subject_and_no_address_adds_a_header() {
        let message = composed("sara@mail.example", "Hello\r\nBcc: eve@evil.example").unwrap();
        let headers = message.split("\r\n\r\n").next().unwrap();
        assert!(!headers.contains("\r\nBcc:"), "{message}");
        assert!(composed("sara@mail.example\r\nBcc: eve@evil.example", "x").is_err());
        assert!(composed("nobody", "x").is_err());
    }

    #[test]
    fn letters_that_can_be_stopped_say_so_to_mail_programs() {
        let path = format!("/api/v1/notifications/unsubscribe?token={}", "0a".repeat(90));
        let stopped = composed_with("sara@mail.example", "x", &[("listUnsubscribe", &path)]).unwrap();
        let unfolded = stopped.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("List-Unsubscribe: <https://api.example{path}>")), "{stopped}");
        assert!(unfolded.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{stopped}");
        for wrong in ["https://evil.example/", "/a b", "/a\r\nBcc: eve@evil.example", "/a>", ""] {
            let message = composed_with("sara@mail.example", "x", &[("listUnsubscribe", wrong)]).unwrap();
            assert!(!message.contains("List-Unsubscribe") && !message.contains("Bcc"), "{wrong}: {message}");
        }
        assert!(!composed("sara@mail.example", "x").unwrap().contains("List-Unsubscribe"));
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert!(Sender::new(Some("Works <post@works.example>"), "localhost", "").is_ok());
        assert!(Sender::new(None, "localhost", "").is_ok());
        let wrong = Sender::new(Some("post"), "localhost", "").unwrap_err();
        assert!(wrong.to_string().contains("`post`"), "{wrong}");
    }
}
