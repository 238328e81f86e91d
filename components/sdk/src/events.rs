//! Hearing events: a handler per topic, and what it answers to the host.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::json;

use crate::feature::Feature;
use crate::packed::RowError;
use crate::problem::{Kind, Problem};
use crate::retell::RETELL_REQUESTED;
use crate::{Ctx, Timestamp};

/// An event on its way to a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The same at every redelivery.
    pub id: String,
    /// `<feature>.<noun>.<verb>`.
    pub topic: String,
    /// Id of the thing it is about.
    pub key: String,
    /// A JSON object.
    pub payload: Vec<u8>,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// 1 at the first try.
    pub attempt: u32,
}

impl Delivery {
    /// The payload as a type. One that does not fit never will: a dead letter.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, EventError> {
        p2p_values::from_slice(&self.payload)
            .map_err(|error| EventError::Refuse(format!("payload of {}: {error}", self.topic)))
    }
}

/// Why an event was not handled; the text is for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventError {
    /// Try again later, with back-off.
    Retry(String),
    /// It will never work: a dead letter.
    Refuse(String),
}

/// What a handler answers.
pub type Heard = Result<(), EventError>;

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(cause) => write!(f, "to be tried again: {cause}"),
            Self::Refuse(cause) => write!(f, "refused: {cause}"),
        }
    }
}

impl std::error::Error for EventError {}

impl From<Problem> for EventError {
    /// What the event itself cannot help (the store is busy, another write came between) is tried again.
    fn from(problem: Problem) -> Self {
        match problem.code().kind() {
            Kind::Unavailable | Kind::Conflict | Kind::Internal | Kind::RateLimited => {
                Self::Retry(problem.to_string())
            }
            _ => Self::Refuse(problem.to_string()),
        }
    }
}

macro_rules! by_problem {
    ($($type:ty)+) => {
        $(impl From<$type> for EventError {
            fn from(error: $type) -> Self {
                Problem::from(error).into()
            }
        })+
    };
}

by_problem! {
    crate::host::SqlError crate::host::DocumentError crate::host::BlobError crate::host::CacheError
    crate::host::CredentialError crate::host::SessionError crate::host::DirectoryError crate::host::EventsError RowError
}

type Running<'a> = Pin<Box<dyn Future<Output = Heard> + 'a>>;
type Handler = Box<dyn for<'a> Fn(&'a Ctx, Delivery) -> Running<'a> + Send + Sync>;

/// A topic and who hears it.
pub(crate) struct Subscription {
    pub(crate) topic: &'static str,
    handler: Handler,
}

impl Subscription {
    pub(crate) fn new<H>(topic: &'static str, handler: H) -> Self
    where
        H: AsyncFn(&Ctx, Delivery) -> Heard + Copy + Send + Sync + 'static,
    {
        Self {
            topic,
            handler: Box::new(move |ctx, delivery| Box::pin(async move { handler(ctx, delivery).await })),
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.topic)
    }
}

impl Feature {
    /// The topics it hears.
    pub fn topics(&self) -> impl Iterator<Item = Cow<'static, str>> {
        let retelling = !self.retellings.is_empty();
        let retelling = retelling.then(|| [RETELL_REQUESTED.into(), self.retell_continued().into()]);
        let own = self.subscriptions.iter().map(|subscription| subscription.topic.into());
        own.chain(retelling.into_iter().flatten())
    }

    /// Hears an event. A topic that nobody here subscribed to is refused.
    pub async fn hear(&self, ctx: &Ctx, delivery: Delivery) -> Heard {
        let found = self.subscriptions.iter().find(|subscription| subscription.topic == delivery.topic);
        let heard = match (found, self.hear_retelling(ctx, &delivery).await) {
            (_, Some(heard)) => heard,
            (Some(subscription), None) => (subscription.handler)(ctx, delivery).await,
            (None, None) => Err(EventError::Refuse(format!("nobody hears {}", delivery.topic))),
        };
        if let Err(error) = &heard {
            ctx.warn("an event was not handled", &json!({ "cause": error.to_string() }));
        }
        heard
    }
}
