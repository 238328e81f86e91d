//! Telling again what there is, page by page, so that who keeps projections of it can make them anew. Each page commits
//! its events together with the word to go on, so that a retelling that died goes on where it was.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::events::{Delivery, EventError, Heard};
use crate::feature::Feature;
use crate::{Batch, Ctx, Uuid};

/// What the host says when projections are to be made anew.
pub const RETELL_REQUESTED: &str = "platform.retell.requested";
/// Things told in one commit: half of the events that a call may emit, so that each may bring a second one.
const PAGE: u32 = 25;

/// What is to be told next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetellPage {
    /// The last thing of the page before; none at the beginning.
    pub after: Option<String>,
    /// Most things of this page.
    pub limit: u32,
}

/// A page that is ready to be told.
#[derive(Debug)]
#[must_use = "a page that is not answered is not told"]
pub struct Retold {
    batch: Batch,
    /// The last thing of a page that was full: others may follow.
    after: Option<String>,
}

impl RetellPage {
    /// The id of the last thing told, for what is read by `id > $1 ORDER BY id`; `Uuid::NIL` at the beginning.
    pub fn after_id(&self) -> Result<Uuid, EventError> {
        let Some(after) = &self.after else { return Ok(Uuid::NIL) };
        after.parse().map_err(|_| EventError::Refuse(format!("{after} is no id")))
    }

    /// The events of this page. `read` are the ids that were read for it, in their order, also of things that are not
    /// told. What the batch expects of its rows is looked at when it is committed: let it expect the versions that were
    /// read, and what somebody changed meanwhile is never told as it was.
    pub fn told(&self, read: &[Uuid], batch: Batch) -> Retold {
        let is_full = read.len() >= self.limit as usize;
        Retold { batch, after: read.last().filter(|_| is_full).map(Uuid::to_string) }
    }
}

type Telling<'a> = Pin<Box<dyn Future<Output = Result<Retold, EventError>> + 'a>>;
type Teller = Box<dyn for<'a> Fn(&'a Ctx, RetellPage) -> Telling<'a> + Send + Sync>;

/// What is told again, by its noun, and who does it.
pub(crate) struct Retelling {
    noun: &'static str,
    teller: Teller,
}

impl Retelling {
    pub(crate) fn new<H>(noun: &'static str, teller: H) -> Self
    where
        H: AsyncFn(&Ctx, RetellPage) -> Result<Retold, EventError> + Copy + Send + Sync + 'static,
    {
        Self { noun, teller: Box::new(move |ctx, page| Box::pin(async move { teller(ctx, page).await })) }
    }
}

impl fmt::Debug for Retelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun)
    }
}

/// What the event to oneself says.
#[derive(Debug, Serialize, Deserialize)]
struct Continued {
    noun: String,
    after: Option<String>,
}

impl Feature {
    /// The topic by which it tells itself to go on.
    pub(crate) fn retell_continued(&self) -> String {
        format!("{}.retell.continued", self.name)
    }

    /// Hears what belongs to retelling; none when this delivery does not, or there is nothing to tell again.
    pub(crate) async fn hear_retelling(&self, ctx: &Ctx, delivery: &Delivery) -> Option<Heard> {
        if self.retellings.is_empty() {
            return None;
        }
        if delivery.topic == RETELL_REQUESTED {
            return Some(self.begin_retelling(ctx).await);
        }
        if delivery.topic == self.retell_continued() {
            return Some(self.go_on_retelling(ctx, delivery).await);
        }
        None
    }

    /// One event to itself for every noun.
    async fn begin_retelling(&self, ctx: &Ctx) -> Heard {
        let nouns = self.retellings.iter().map(|retelling| retelling.noun);
        let batch = nouns.fold(Batch::new(), |batch, noun| self.go_on(batch, noun, None));
        batch.commit(ctx).await?;
        Ok(())
    }

    async fn go_on_retelling(&self, ctx: &Ctx, delivery: &Delivery) -> Heard {
        let Continued { noun, after } = delivery.read()?;
        let known = self.retellings.iter().find(|retelling| retelling.noun == noun);
        let retelling = known.ok_or_else(|| EventError::Refuse(format!("{noun} is not told again")))?;
        let page = RetellPage { after, limit: PAGE };
        let Retold { batch, after } = (retelling.teller)(ctx, page).await?;
        let batch = match after {
            Some(after) => self.go_on(batch, &noun, Some(after)),
            None => batch,
        };
        batch.commit(ctx).await?;
        Ok(())
    }

    fn go_on(&self, batch: Batch, noun: &str, after: Option<String>) -> Batch {
        let continued = Continued { noun: noun.to_owned(), after };
        batch.event(&self.retell_continued(), noun, &continued)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::test_host::TestHost;
    use crate::{Migration, params};

    const TABLE: &str = "CREATE TABLE things (id BLOB PRIMARY KEY, version INTEGER NOT NULL)";
    const STEP: Migration = Migration { file: "0001_things", sqlite: TABLE, postgres: TABLE };

    async fn things(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
        let text = "SELECT id, version FROM things WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = ctx.sql().query(text, &params![page.after_id()?, page.limit]).await?;
        let found = rows.all::<(Uuid, i64)>()?;
        let tell = |batch: Batch, (id, version): &(Uuid, i64)| {
            let same = "UPDATE things SET version = version WHERE id = $1 AND version = $2";
            batch.run_one(same, params![id, version]).event("shop.thing.retold", id, &json!({ "id": id }))
        };
        let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
        Ok(page.told(&ids, found.iter().fold(Batch::new(), tell)))
    }

    fn shop(count: usize) -> TestHost {
        let feature = Feature::new("shop", "1.0.0", "Sells.").migrations(&[STEP]).retells("thing", things);
        let host = TestHost::new(feature);
        for _ in 0..count {
            host.execute("INSERT INTO things (id, version) VALUES ($1, 1)", params![host.new_id()]);
        }
        host
    }

    #[test]
    fn everything_is_told_once_page_by_page() {
        let host = shop(2 * PAGE as usize + 3);
        let mut told = Vec::new();
        assert_eq!(host.retell(|event| told.push(event.key.clone())), 3, "two full pages and the rest");
        let mut once = told.clone();
        once.sort();
        once.dedup();
        assert_eq!((told.len(), once.len()), (2 * PAGE as usize + 3, 2 * PAGE as usize + 3));
    }

    #[test]
    fn a_full_last_page_is_followed_by_an_empty_one_and_the_end() {
        let host = shop(PAGE as usize);
        let mut told = 0;
        assert_eq!((host.retell(|_| told += 1), told), (2, PAGE));
        assert_eq!(shop(0).retell(|_| {}), 1);
    }

    #[test]
    fn a_page_that_comes_twice_is_told_once() {
        let host = shop(1);
        let (id, page) = (host.new_id(), json!({ "noun": "thing", "after": null }));
        let hear = || host.hear(id, "shop.retell.continued", "thing", &page);
        assert_eq!((hear(), hear().is_err()), (Ok(()), true), "the host knows that it is done");
        assert_eq!(host.events().len(), 1);
    }

    #[test]
    fn what_is_no_part_of_it_is_refused() {
        let host = shop(1);
        let hear = |payload: Value| host.hear(host.new_id(), "shop.retell.continued", "x", &payload);
        assert!(matches!(hear(json!({ "noun": "cat", "after": null })), Err(EventError::Refuse(_))));
        assert!(matches!(hear(json!({ "noun": "thing", "after": "cat" })), Err(EventError::Refuse(_))));
        assert!(host.events().is_empty());
        let topics: Vec<_> = host.feature().topics().collect();
        assert_eq!(topics, [RETELL_REQUESTED, "shop.retell.continued"]);
    }
}
