//! The tables: for the terminal, and between the two marks in `docs/performance.md`. Judges a figure only against the
//! target that stands beside it.

mod machine;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::clients::CLIENTS;
use crate::effort::Effort;
use crate::inprocess::InProcess;
use crate::neighbour::{Neighbour, PACE};
use crate::process::Memory;
use crate::routes::{Compared, Idle, middle};
use crate::sessions::{SIGN_INS, Sessions};
use crate::wrk::Found;
use machine::Machine;

const BEGIN: &str = "<!-- what follows is written by `cargo xtask bench -- --write` -->";
const END: &str = "<!-- end of what the command writes -->";

/// A trapping neighbour may stretch the list's p99 by this.
const NEIGHBOUR_MOST: f64 = 1.2;
/// A verified request may cost this much of an anonymous one.
const SESSION_MOST: f64 = 1.1;
/// Sign-ins may stretch the list's p99 by this.
const SIGN_IN_MOST: f64 = 1.3;
/// What an idle server may take, MB.
const IDLE_MOST: f64 = 100.0;

/// What was found; a part that was not asked for is none.
#[derive(Debug)]
pub struct Findings {
    pub effort: Effort,
    pub routes: Option<Vec<Compared>>,
    pub inprocess: Option<InProcess>,
    pub clients: Option<Found>,
    pub neighbour: Option<Neighbour>,
    pub sessions: Option<Sessions>,
    pub idle: Option<Idle>,
    pub loaded: Option<Memory>,
}

impl Findings {
    /// Nothing yet.
    pub fn of(effort: &Effort) -> Self {
        let effort = effort.clone();
        Self {
            effort,
            routes: None,
            inprocess: None,
            clients: None,
            neighbour: None,
            sessions: None,
            idle: None,
            loaded: None,
        }
    }
}

/// Everything that was found, as Markdown.
pub fn render(findings: &Findings) -> String {
    let mut text = Machine::read().render(&findings.effort);
    if let Some(found) = &findings.routes {
        text.push_str(&routes(found));
    }
    if let Some(found) = &findings.inprocess {
        text.push_str(&inprocess(found));
    }
    let others = others(findings);
    if !others.is_empty() {
        text.push_str("\n| Of the real server | Found | Target | |\n|---|---|---|---|\n");
        text.push_str(&others);
    }
    text
}

/// Puts it into the page.
pub fn publish(findings: &Findings) -> Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/performance.md");
    let text = fs::read_to_string(&page).context("docs/performance.md cannot be read")?;
    fs::write(&page, replaced(&text, &render(findings))?)?;
    println!("written to docs/performance.md");
    Ok(())
}

/// The page with another block between the marks.
fn replaced(page: &str, block: &str) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).context("docs/performance.md lost its first mark")?;
    let (_, after) = rest.split_once(END).context("docs/performance.md lost its second mark")?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", block.trim()))
}

fn routes(found: &[Compared]) -> String {
    let mut text = "\n| Route | CPU µs/request, native | components | ratio | target | | requests/s, native | components \
                    | p50 ms, native | components | p99 ms, native | components |\n\
                    |---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for route in found {
        let (native, component, ratio) = (middle(&route.native), middle(&route.component), route.ratio());
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | **{ratio:.2}** | ≤ {:.2} | {} | {:.0} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} |",
            route.name,
            native.cpu_us,
            component.cpu_us,
            route.target,
            verdict(ratio <= route.target),
            native.per_second,
            component.per_second,
            native.p50_ms,
            component.p50_ms,
            native.p99_ms,
            component.p99_ms,
        );
    }
    text
}

fn inprocess(found: &InProcess) -> String {
    let mut text = "\n| Call within one process, CPU µs | native | component | ratio | target | |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for call in &found.calls {
        let target = call.target_us.map_or("–".to_owned(), |most| format!("≤ {most:.0} µs"));
        let verdict = call.target_us.map_or("", |most| verdict(call.component_us <= most));
        let _ = writeln!(
            text,
            "| {} | {:.1} | **{:.1}** | {:.2} | {target} | {verdict} |",
            call.name, call.native_us, call.component_us, call.ratio
        );
    }
    let _ = writeln!(
        text,
        "\n{} calls a side and line. {:.1} µs of the native call with rows go into reading them once more on the way \
         into the SDK.",
        found.counted, found.check_us
    );
    text
}

fn others(findings: &Findings) -> String {
    let mut text = String::new();
    if let Some(found) = &findings.clients {
        let (rate, p99) = (found.per_second(), found.p99_ms());
        let what = format!("{CLIENTS} clients listing topics: errors in {} requests", found.requests);
        let figure = format!("{} ({rate:.0} requests/s, p99 {p99:.0} ms)", found.errors());
        row(&mut text, &what, &figure, "0", Some(found.errors() == 0));
    }
    if let Some(found) = &findings.neighbour {
        neighbour(&mut text, found);
    }
    if let Some(found) = &findings.sessions {
        sessions(&mut text, found);
    }
    if let Some(Idle { memory, start_ms }) = &findings.idle {
        let (target, is_met) = (format!("< {IDLE_MOST:.0} MB"), memory.resident < IDLE_MOST);
        row(&mut text, "resident memory, nothing asked yet", &memory.to_string(), &target, Some(is_met));
        row(&mut text, "start to first answer, components compiled", &format!("{start_ms:.0} ms"), "–", None);
    }
    if let Some(memory) = &findings.loaded {
        row(&mut text, "resident memory after all this load", &memory.to_string(), "–", None);
    }
    text
}

fn neighbour(text: &mut String, found: &Neighbour) {
    let what = format!("p99 of topic list beside a feature that traps {:.0} times a second", found.traps);
    let figure = format!("{:.2} × ({:.1} → {:.1} ms)", found.trapping, found.alone_ms, found.trapping_ms);
    let target = format!("≤ {NEIGHBOUR_MOST} ×");
    row(text, &what, &figure, &target, Some(found.trapping <= NEIGHBOUR_MOST));
    let what = format!("the same beside one that answers {PACE} times a second");
    row(text, &what, &format!("{:.2} × ({:.1} ms)", found.answering, found.answering_ms), "–", None);
}

fn sessions(text: &mut String, found: &Sessions) {
    let figure = format!("{:.2} × ({:.0} → {:.0} µs)", found.hit, found.anonymous_us, found.hit_us);
    let what = "CPU of a bare call with a token that was seen before, against an anonymous one";
    row(text, what, &figure, &format!("≤ {SESSION_MOST} ×"), Some(found.hit <= SESSION_MOST));
    let miss = format!("{:.2} × ({:.0} µs)", found.miss_us / found.anonymous_us, found.miss_us);
    row(text, "the same with a token that is new", &miss, "–", None);
    let what = format!("p99 of topic list while {SIGN_INS} people sign in at once");
    let figure = format!(
        "{:.2} × ({:.1} → {:.1} ms; {} got in)",
        found.signing_in, found.alone_ms, found.signing_in_ms, found.signed_in
    );
    row(text, &what, &figure, &format!("≤ {SIGN_IN_MOST} ×"), Some(found.signing_in <= SIGN_IN_MOST));
}

fn row(text: &mut String, what: &str, figure: &str, target: &str, is_met: Option<bool>) {
    let _ = writeln!(text, "| {what} | {figure} | {target} | {} |", is_met.map_or("", verdict));
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**missed**" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = format!("# Title\n\n{BEGIN}\nold\n{END}\n\nMisses.\n");
        let new = replaced(&page, "\nnew\n").unwrap();
        assert!(new.starts_with("# Title\n") && new.ends_with(&format!("{END}\n\nMisses.\n")));
        assert!(new.contains("new") && !new.contains("old"));
        assert_eq!(replaced(&new, "new").unwrap(), new);
        assert!(replaced("# Title", "new").is_err());
    }

    #[test]
    fn the_page_has_its_marks() {
        assert!(replaced(include_str!("../../../docs/performance.md"), "new").is_ok());
    }
}
