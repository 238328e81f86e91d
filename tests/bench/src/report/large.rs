//! The tables of `--large`: lists, questions, what follows writing, components.

use std::fmt::Write as _;

use super::machine::Machine;
use super::{SCALE_MOST, row, verdict};
use crate::effort::Effort;
use crate::large::{Asked, Dashboard, Found, Lag, Listed, PACE, Size, WAIT, Weight};

/// A search may take so long, milliseconds.
const SEARCH_MOST: f64 = 50.0;
/// The dashboard may take this of one use of a store.
const DASHBOARD_MOST: f64 = 1.3;
/// Search finds what was written so long ago, milliseconds.
const LAG_MOST: f64 = 1_000.0;
/// What a component may weigh.
const WEIGHT_MOST: u64 = 600_000;

/// Everything that was found, as Markdown.
pub fn render(found: &Found, effort: &Effort, many: Size) -> String {
    let mut text = format!(
        "{} Seven features over SQLite and files, one worker thread. Much is {}; little is a hundredth of it. {} rounds \
         of {} s by turns, two connections; medians, and for ratios the median of the rounds' ratios.\n",
        Machine::read().begin("cargo xtask bench --large"),
        described(many),
        effort.rounds,
        effort.load.as_secs(),
    );
    if let Some(found) = &found.lists {
        lists(&mut text, found);
    }
    if let Some(found) = &found.searches {
        searches(&mut text, found, many);
    }
    if found.dashboard.is_some() || found.lag.is_some() {
        text.push_str("\n| Of seven features | Found | Target | |\n|---|---|---|---|\n");
    }
    if let Some(found) = &found.dashboard {
        dashboard(&mut text, found);
    }
    if let Some(found) = &found.lag {
        lag(&mut text, found);
    }
    if let Some(found) = &found.weights {
        weights(&mut text, found);
    }
    text
}

fn described(size: Size) -> String {
    format!(
        "{} use cases, {} topics with {} posts and {} replies, {} messages, {} people, {} search documents",
        size.unit,
        size.unit,
        size.unit + size.posts,
        size.replies,
        size.messages,
        size.people,
        size.documents()
    )
}

fn lists(text: &mut String, found: &[Listed]) {
    text.push_str("\n| p95 of a page of 20, ms | over little | over much | ratio | target | |\n|---|---|---|---|---|---|\n");
    for Listed { name, few, many, few_ms, many_ms, ratio, is_question } in found {
        let (target, met) = match is_question {
            true => (format!("≤ {SEARCH_MOST:.0} ms"), *many_ms <= SEARCH_MOST),
            false => (format!("≤ {SCALE_MOST:.2}"), *ratio <= SCALE_MOST),
        };
        let _ = writeln!(
            text,
            "| {name}, of {few} and of {many} | {few_ms:.1} | {many_ms:.1} | **{ratio:.2}** | {target} | {} |",
            verdict(met)
        );
    }
}

fn searches(text: &mut String, found: &[Asked], many: Size) {
    let _ = writeln!(
        text,
        "\n| Search over {} documents, ms | p50 | p95 | p99 | target of p95 | |\n|---|---|---|---|---|---|",
        many.documents()
    );
    for Asked { kind, p50_ms, p95_ms, p99_ms } in found {
        let _ = writeln!(
            text,
            "| {kind} | {p50_ms:.1} | **{p95_ms:.1}** | {p99_ms:.1} | ≤ {SEARCH_MOST:.0} | {} |",
            verdict(*p95_ms <= SEARCH_MOST)
        );
    }
}

fn dashboard(text: &mut String, found: &Dashboard) {
    let Dashboard { one_ms, whole_ms, first_ms, uses } = found;
    let (wait, ratio) = (WAIT.as_millis(), whole_ms / one_ms);
    let what = format!("dashboard ({uses} uses of stores) when each takes {wait} ms longer, against one use");
    let figure = format!("{ratio:.2} × ({one_ms:.0} → {whole_ms:.0} ms)");
    row(text, &what, &figure, &format!("≤ {DASHBOARD_MOST} ×"), Some(ratio <= DASHBOARD_MOST));
    let first = format!("{:.2} × ({first_ms:.0} ms)", first_ms / one_ms);
    row(text, "the same when the host remembers nobody's name", &first, "–", None);
}

fn lag(text: &mut String, found: &Lag) {
    let Lag { per_second, refused, looked_for, p50_ms, p95_ms, most_ms } = found;
    let what = format!(
        "from a post's answer until search finds it, {per_second:.0} posts a second kept (wanted: {PACE}), {refused} \
         refused, {looked_for} looked for"
    );
    let figure = format!("p50 {p50_ms:.0}, p95 {p95_ms:.0}, at most {most_ms:.0} ms");
    row(text, &what, &figure, &format!("≤ {LAG_MOST:.0} ms"), Some(*most_ms <= LAG_MOST && *refused == 0));
}

fn weights(text: &mut String, found: &[Weight]) {
    text.push_str("\n| Component, bytes before compression | without names | names | target | |\n|---|---|---|---|---|\n");
    for Weight { name, bytes, names } in found {
        let met = verdict(*bytes <= WEIGHT_MOST);
        let _ = writeln!(text, "| {name} | **{bytes}** | {names} | ≤ {WEIGHT_MOST} | {met} |");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stand::StoreSet;

    fn found() -> Found {
        let listed = Listed {
            name: "topics",
            few: 90,
            many: 9_000,
            few_ms: 1.0,
            many_ms: 1.4,
            ratio: 1.4,
            is_question: false,
        };
        let asked = Asked { kind: "Arabic word", p50_ms: 2.0, p95_ms: 49.0, p99_ms: 80.0 };
        let dashboard = Dashboard { one_ms: 100.0, whole_ms: 131.0, first_ms: 201.0, uses: 12 };
        let lag = Lag {
            per_second: 200.0,
            refused: 0,
            looked_for: 600,
            p50_ms: 20.0,
            p95_ms: 90.0,
            most_ms: 400.0,
        };
        let weight = Weight { name: "forums".to_owned(), bytes: 600_001, names: 20 };
        Found {
            lists: Some(vec![listed]),
            searches: Some(vec![asked]),
            dashboard: Some(dashboard),
            lag: Some(lag),
            weights: Some(vec![weight]),
        }
    }

    #[test]
    fn every_figure_is_judged_and_every_row_fits_its_head() {
        let effort = Effort { load: Duration::from_secs(10), ..Effort::new(StoreSet::Embedded, true, 32) };
        let text = render(&found(), &effort, Size::pair(false).1);
        for judged in [
            "| topics, of 90 and of 9000 | 1.0 | 1.4 | **1.40** | ≤ 1.30 | **missed** |",
            "| Arabic word | 2.0 | **49.0** | 80.0 | ≤ 50 | met |",
            "against one use | 1.31 × (100 → 131 ms) | ≤ 1.3 × | **missed** |",
            "0 refused, 600 looked for | p50 20, p95 90, at most 400 ms | ≤ 1000 ms | met |",
            "| forums | **600001** | 20 | ≤ 600000 | **missed** |",
        ] {
            assert!(text.contains(judged), "{text}");
        }
        for table in text.trim().split("\n\n").skip(1) {
            let cells: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(cells.len() > 2 && cells.iter().all(|count| Some(count) == cells.first()), "{table}");
        }
    }
}
