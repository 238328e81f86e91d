//! The tables of routes: what a request costs, and how the sides did under load.

use std::fmt::Write as _;

use super::verdict;
use crate::routes::{Compared, middle};

/// Requests per second of CPU time that there shall be for one of the yardstick's.
const YARDSTICK_LEAST: f64 = 10.0;

/// Both tables.
pub fn render(found: &[Compared]) -> String {
    let has_yardstick = found.iter().any(|route| route.yardstick().is_some());
    let mut text = "\n| Route: CPU µs/request | native | components | ratio | target | |".to_owned();
    text.push_str(if has_yardstick { " FastAPI | × components | target | |\n" } else { "\n" });
    text.push_str("|---|---|---|---|---|---|");
    text.push_str(if has_yardstick { "---|---|---|---|\n" } else { "\n" });
    for route in found {
        cost(&mut text, route);
        if has_yardstick {
            beside_yardstick(&mut text, route);
        }
        text.push('\n');
    }
    text.push_str("\n| Route: under load | side | requests/s | p50 ms | p99 ms | MB afterwards |\n|---|---|---|---|---|---|\n");
    for route in found {
        under_load(&mut text, route);
    }
    text
}

fn cost(text: &mut String, route: &Compared) {
    let (native, component, ratio) = (middle(&route.native), middle(&route.component), route.ratio());
    let _ = write!(
        text,
        "| {} | {:.0} | {:.0} | **{ratio:.2}** | ≤ {:.2} | {} |",
        route.name,
        native.cpu_us,
        component.cpu_us,
        route.target,
        verdict(ratio <= route.target),
    );
}

fn beside_yardstick(text: &mut String, route: &Compared) {
    let _ = match route.yardstick() {
        None => write!(text, " – | – | – |  |"),
        Some(more) => write!(
            text,
            " {:.0} | **{more:.1}** | ≥ {YARDSTICK_LEAST:.0} | {} |",
            middle(&route.python).cpu_us,
            verdict(more >= YARDSTICK_LEAST)
        ),
    };
}

fn under_load(text: &mut String, route: &Compared) {
    for (side, samples) in route.sides() {
        let middle = middle(samples);
        let _ = writeln!(
            text,
            "| {} | {side} | {:.0} | {:.1} | {:.1} | {:.0} |",
            route.name, middle.per_second, middle.p50_ms, middle.p99_ms, middle.resident_mb
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::Sample;

    fn route(name: &'static str, python: Vec<Sample>) -> Compared {
        let sample =
            |cpu_us| Sample { per_second: 100.0, p50_ms: 1.0, p99_ms: 2.0, cpu_us, resident_mb: 50.0 };
        Compared { name, target: 1.5, native: vec![sample(100.0)], component: vec![sample(140.0)], python }
    }

    #[test]
    fn every_row_has_as_many_cells_as_its_head() {
        let sample = Sample { per_second: 9.0, p50_ms: 1.0, p99_ms: 2.0, cpu_us: 1_260.0, resident_mb: 90.0 };
        for python in [vec![], vec![sample]] {
            let text = render(&[route("bare call", vec![]), route("topic list", python)]);
            for table in text.trim().split("\n\n") {
                let cells: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
                assert!(cells.len() > 2 && cells.iter().all(|count| Some(count) == cells.first()), "{table}");
            }
        }
    }

    #[test]
    fn both_ratios_are_judged() {
        let sample = Sample { per_second: 9.0, p50_ms: 1.0, p99_ms: 2.0, cpu_us: 1_260.0, resident_mb: 90.0 };
        let text = render(&[route("topic list", vec![sample])]);
        let judged =
            "| topic list | 100 | 140 | **1.40** | ≤ 1.50 | met | 1260 | **9.0** | ≥ 10 | **missed** |";
        assert!(text.contains(judged), "{text}");
    }
}
