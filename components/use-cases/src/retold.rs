//! Telling every use case again, for those who make their projections of them anew.

use p2p_sdk::{Batch, Ctx, EventError, RetellPage, Retold, Uuid, join_all, params};

use crate::cases::{Card, columns, present};
use crate::told::{self, Told};

/// Whoever changes it meanwhile wins: the page is read again.
const SAME: &str = "UPDATE use_cases SET version = version WHERE id = $1 AND version = $2";

/// Tells a page of them.
pub async fn tell(ctx: &Ctx, page: RetellPage) -> Result<Retold, EventError> {
    let select = format!("SELECT {} FROM use_cases WHERE id > $2 ORDER BY id LIMIT $3", columns(1));
    let rows = ctx.sql().query(&select, &params![Uuid::NIL, page.after_id()?, page.limit]).await?;
    let cards: Vec<Card<'_>> = rows.all()?;
    let stores = ctx.concurrent();
    let texts = join_all(cards.iter().map(|card| text(&stores, card))).await;
    let texts = texts.into_iter().collect::<Result<Vec<_>, _>>()?;
    let batch = cards.iter().zip(&texts).fold(Batch::new(), |batch, (card, text)| {
        let told = Told::of(card).saying(card.excerpt, text);
        batch.run_one(SAME, params![card.id, card.version]).tell(told.event("retold"))
    });
    Ok(page.told(&cards.iter().map(|card| card.id).collect::<Vec<_>>(), batch))
}

async fn text(ctx: &Ctx, card: &Card<'_>) -> Result<String, EventError> {
    let detail = present(ctx, &[], card.revision).await?;
    let detail = detail.ok_or_else(|| EventError::Retry(format!("{} was edited", card.id)))?;
    Ok(told::text(ctx, &detail).await)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::fixture::{Atlas, complete, draft};

    #[test]
    fn everything_is_told_as_when_it_was_published() {
        let atlas = Atlas::new();
        for n in 0..30 {
            atlas.begun(&atlas.huda, &draft(&format!("Not yet ready {n}")));
        }
        atlas.published(&atlas.huda, &complete("For all to see"));
        let mut published = atlas.told().pop().unwrap().1;
        let mut told: Vec<Value> = Vec::new();
        let pages = atlas.host.retell(|event| {
            assert_eq!(event.topic, "use-cases.use-case.retold");
            told.push(serde_json::from_slice(&event.payload).unwrap());
        });
        assert_eq!((pages, told.len()), (2, 31));
        for name in ["from", "actorId"] {
            published.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(told.pop().unwrap(), published);
    }
}
