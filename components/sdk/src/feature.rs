//! A feature as data: its name, routes, subscriptions, tables and settings. The router, the manifest and the OpenAPI
//! fragment are all read from it.

mod mail;
mod migration;
mod route;

pub use mail::MailTemplate;
#[cfg(any(feature = "describe", feature = "test-host"))]
pub(crate) use migration::OWN;
pub use migration::{Collection, Migration};
pub use route::{Access, Route, Uploads, delete, get, patch, post, put};

use crate::describe::Described;
#[cfg(feature = "schedule")]
use crate::schedule::Job;
#[cfg(feature = "events")]
use crate::{
    Ctx,
    events::{Delivery, EventError, Heard, Subscription},
    retell::{RetellPage, Retelling, Retold},
};

/// A feature.
#[derive(Debug)]
pub struct Feature {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) routes: Vec<Route>,
    pub(crate) migrations: Vec<Migration>,
    pub(crate) collections: Vec<Collection>,
    pub(crate) channels: Vec<&'static str>,
    pub(crate) directory: bool,
    #[cfg(feature = "describe")]
    pub(crate) mails: Vec<MailTemplate>,
    #[cfg(feature = "describe")]
    pub(crate) audits: Vec<&'static str>,
    #[cfg(feature = "events")]
    pub(crate) subscriptions: Vec<Subscription>,
    #[cfg(feature = "events")]
    pub(crate) retellings: Vec<Retelling>,
    #[cfg(feature = "schedule")]
    pub(crate) jobs: Vec<Job>,
    #[cfg(feature = "describe")]
    pub(crate) settings: Option<crate::describe::SchemaOf>,
}

impl Feature {
    /// A feature of this name (`[a-z][a-z0-9-]*`), version (`env!("CARGO_PKG_VERSION")`) and one-sentence summary.
    pub fn new(name: &'static str, version: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            version,
            summary,
            routes: Vec::new(),
            migrations: Vec::new(),
            collections: Vec::new(),
            channels: Vec::new(),
            directory: false,
            #[cfg(feature = "describe")]
            mails: Vec::new(),
            #[cfg(feature = "describe")]
            audits: Vec::new(),
            #[cfg(feature = "events")]
            subscriptions: Vec::new(),
            #[cfg(feature = "events")]
            retellings: Vec::new(),
            #[cfg(feature = "schedule")]
            jobs: Vec::new(),
            #[cfg(feature = "describe")]
            settings: None,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its version.
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// What it does, in one sentence.
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// Its routes, as the router asks them.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Adds a route. Where two match a path, the one with the earlier literal segment wins, whatever their order here.
    #[must_use]
    #[inline(never)]
    pub fn route(mut self, route: Route) -> Self {
        let place = self.routes.partition_point(|other| other.rank().le(route.rank()));
        self.routes.insert(place, route);
        self
    }

    /// Adds several routes.
    #[must_use]
    pub fn with(self, routes: impl IntoIterator<Item = Route>) -> Self {
        routes.into_iter().fold(self, Self::route)
    }

    /// Its tables, by numbered steps: `&[migration!("../../migrations/forums", "0001_topics")]`. The SDK's own table for
    /// idempotency keys comes before them.
    #[must_use]
    pub fn migrations(mut self, migrations: &[Migration]) -> Self {
        self.migrations = migrations.to_vec();
        self
    }

    /// A collection of documents, and lists of the paths it is searched by.
    #[must_use]
    pub fn collection(mut self, name: &'static str, indexes: &[&[&'static str]]) -> Self {
        let indexes = indexes.iter().map(|paths| paths.to_vec()).collect();
        self.collections.push(Collection { name, indexes });
        self
    }

    /// A live channel it owns.
    #[must_use]
    pub fn channel(mut self, name: &'static str) -> Self {
        self.channels.push(name);
        self
    }

    /// Letters it sends; see [`mail!`](crate::mail).
    #[must_use]
    #[cfg_attr(
        not(feature = "describe"),
        expect(unused_mut, unused_variables, reason = "only the manifest has them")
    )]
    pub fn mails(mut self, mails: &[MailTemplate]) -> Self {
        #[cfg(feature = "describe")]
        self.mails.extend_from_slice(mails);
        self
    }

    /// Topics of its own that the host keeps in the tenant's audit log, with who caused them.
    #[must_use]
    #[cfg_attr(
        not(feature = "describe"),
        expect(unused_mut, unused_variables, reason = "only the manifest has them")
    )]
    pub fn audits(mut self, topics: &[&'static str]) -> Self {
        #[cfg(feature = "describe")]
        self.audits.extend_from_slice(topics);
        self
    }

    /// Its migrations make the views that the host's directory reads.
    #[must_use]
    pub fn directory(mut self) -> Self {
        self.directory = true;
        self
    }

    /// The shape of its settings in a tenant. Every field needs a default (`#[serde(default)]`, `#[schema(default)]`).
    #[must_use]
    pub fn settings<T: Described>(self) -> Self {
        #[cfg(feature = "describe")]
        return Self { settings: Some(crate::describe::SchemaOf::of::<T>()), ..self };
        #[cfg(not(feature = "describe"))]
        self
    }

    /// Hears the events of a topic, at least once each. The first commit of a delivery is recorded with it, so that the
    /// same delivery changes nothing when it comes again.
    #[cfg(feature = "events")]
    #[must_use]
    pub fn on_event<H>(mut self, topic: &'static str, handler: H) -> Self
    where
        H: AsyncFn(&Ctx, Delivery) -> Heard + Copy + Send + Sync + 'static,
    {
        self.subscriptions.push(Subscription::new(topic, handler));
        self
    }

    /// Subscribes to several topics with one handler.
    #[cfg(feature = "events")]
    #[must_use]
    pub fn on_events<H>(self, topics: &[&'static str], handler: H) -> Self
    where
        H: AsyncFn(&Ctx, Delivery) -> Heard + Copy + Send + Sync + 'static,
    {
        topics.iter().fold(self, |feature, topic| feature.on_event(topic, handler))
    }

    /// Tells all things of a noun again when an operator asks for it (`p2p retell`), so that who keeps projections of
    /// them can make those anew. The teller reads the things behind [`RetellPage::after_id`], [`RetellPage::limit`] of
    /// them in the order of their ids, and answers [`RetellPage::told`] with a [`Batch`](crate::Batch) of their events
    /// `<feature>.<noun>.retold`, which say what `.updated` says:
    ///
    /// ```ignore
    /// async fn things(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    ///     let rows = ctx.sql().query(PAGE, &params![page.after_id()?, page.limit]).await?;
    ///     let things = rows.all::<Thing>()?;
    ///     let batch = things.iter().fold(Batch::new(), |batch, thing| {
    ///         // Whoever changes it meanwhile wins: the page is read again.
    ///         let batch = batch.run_one(SAME_VERSION, params![thing.id, thing.version]);
    ///         batch.event("shop.thing.retold", thing.id, thing)
    ///     });
    ///     Ok(page.told(&things.iter().map(|thing| thing.id).collect::<Vec<_>>(), batch))
    /// }
    /// ```
    ///
    /// The SDK hears `platform.retell.requested` and goes on by events to the feature itself
    /// (`<feature>.retell.continued`), each committed with the page before. A test asks with `TestHost::retell`.
    #[cfg(feature = "events")]
    #[must_use]
    pub fn retells<H>(mut self, noun: &'static str, teller: H) -> Self
    where
        H: AsyncFn(&Ctx, RetellPage) -> Result<Retold, EventError> + Copy + Send + Sync + 'static,
    {
        self.retellings.push(Retelling::new(noun, teller));
        self
    }

    /// A job that the host runs by the clock: `.schedule("sweep", Duration::from_secs(600), sweep::run)`, with
    /// `async fn run(ctx: &Ctx, due_at: Timestamp) -> Heard`. Needs the cargo feature `schedule`, which brings `events`
    /// along.
    ///
    /// `every` is whole minutes, at most 31 days. The job is due whenever the time since 1970 (UTC) is a multiple of it:
    /// every day is midnight. `due_at` is that moment, however late the job runs. One host of all runs it; after a pause
    /// it runs once, for the latest moment, and what fails is tried again as events are. Nothing records that it ran:
    /// doing it again for the same `due_at` must do no harm. There is no actor; what it cannot finish within a call's
    /// deadline it leaves to the next time, or to an event to itself. A test runs it with `TestHost::run_job`.
    #[cfg(feature = "schedule")]
    #[must_use]
    pub fn schedule<H>(mut self, name: &'static str, every: std::time::Duration, handler: H) -> Self
    where
        H: AsyncFn(&Ctx, crate::Timestamp) -> Heard + Copy + Send + Sync + 'static,
    {
        self.jobs.push(Job::new(name, every, handler));
        self
    }

    /// Whether the table for idempotency keys is part of its store.
    #[cfg(any(feature = "describe", feature = "test-host"))]
    pub(crate) fn needs_own_table(&self) -> bool {
        !self.migrations.is_empty() || self.routes.iter().any(|route| route.idempotent)
    }
}
