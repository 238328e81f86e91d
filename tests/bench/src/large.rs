//! The whole product with much data: all its components in the real server over a data set and over one a hundred times
//! smaller. What is made once is kept below `target/bench`.

mod dashboard;
mod each;
mod fill;
mod house;
mod kept;
mod lag;
mod lists;
mod notes;
mod pair;
mod questions;
mod searches;
mod size;
mod slow;
mod tell;
mod weights;
mod words;

use std::path::Path;

use anyhow::Result;

use crate::data::Ground;
use crate::effort::Effort;
use crate::measure::{Measure, Part};
use crate::places::Places;
use crate::report::{self, Table};
use crate::{process, wrk};
pub use dashboard::{Dashboard, WAIT};
pub use lag::{Lag, PACE};
pub use lists::Listed;
use pair::Pair;
pub use searches::Asked;
pub use size::Size;
pub use weights::Weight;

/// What was found; a part that was not asked for is none.
#[derive(Debug, Default)]
pub struct Found {
    pub lists: Option<Vec<Listed>>,
    pub searches: Option<Vec<Asked>>,
    pub dashboard: Option<Dashboard>,
    pub lag: Option<Lag>,
    pub weights: Option<Vec<Weight>>,
}

/// Makes the data set of so many topics in a folder that is not there yet.
pub async fn generate(places: &Places, folder: &Path, unit: u32) -> Result<()> {
    fill::fill(places, folder, Size::of(unit)).await
}

/// Measures what was asked for, and prints or publishes it.
pub async fn run(places: &Places, measure: &Measure, effort: &Effort) -> Result<()> {
    let sizes = Size::pair(measure.quick);
    let mut found = Found::default();
    if measure.wants(Part::Sizes) {
        found.weights = Some(weights::measure(&places.components)?);
    }
    if measure.wants(Part::Dashboard) {
        found.dashboard = Some(dashboard::measure(places, effort).await?);
    }
    if [Part::Lists, Part::Searches, Part::Lag].into_iter().any(|part| measure.wants(part)) {
        over_http(places, measure, effort, sizes, &mut found).await?;
    }
    let text = report::render_large(&found, effort, sizes.1);
    println!("\n{text}");
    if measure.write {
        report::publish(Table::Large, &text)?;
    }
    Ok(())
}

/// What is written comes last: it would be read by what comes before.
async fn over_http(
    places: &Places,
    measure: &Measure,
    effort: &Effort,
    sizes: (Size, Size),
    found: &mut Found,
) -> Result<()> {
    wrk::require().await?;
    process::raise_descriptors();
    let ground = Ground::with(places, &places.components.product()?)?;
    let mut pair = Pair::start(places, &ground, sizes).await?;
    if measure.wants(Part::Lists) {
        found.lists = Some(lists::measure(effort, &ground, &pair).await?);
    }
    if measure.wants(Part::Searches) {
        found.searches = Some(searches::measure(effort, &ground, &mut pair.many).await?);
    }
    if measure.wants(Part::Lag) {
        found.lag = Some(lag::measure(effort, &pair.many).await?);
    }
    pair.stop().await
}
