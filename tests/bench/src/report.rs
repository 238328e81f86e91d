//! The tables: for the terminal, and for `docs/performance.md`. Judges a figure only against the target that stands beside
//! it.

mod large;
mod machine;
mod page;
mod routes;

use std::fmt::Write as _;

use crate::clients::CLIENTS;
use crate::effort::Effort;
use crate::inprocess::InProcess;
use crate::neighbour::{Neighbour, PACE};
use crate::open_route::OpenRoute;
use crate::process::Memory;
use crate::routes::Compared;
use crate::scale::Scale;
use crate::sessions::{SIGN_INS, Sessions};
use crate::sides::Idle;
use crate::wrk::Found;
pub use large::render as render_large;
use machine::Machine;
pub use page::{Table, publish};

/// A trapping neighbour may stretch the list's p99 by this.
const NEIGHBOUR_MOST: f64 = 1.2;
/// A verified request may cost this much of an anonymous one.
const SESSION_MOST: f64 = 1.1;
/// Sign-ins may stretch the list's p99 by this.
const SIGN_IN_MOST: f64 = 1.3;
/// A hundred times the topics may stretch the list's p95 by this.
const SCALE_MOST: f64 = 1.3;
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
    pub open_route: Option<OpenRoute>,
    pub scale: Option<Scale>,
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
            open_route: None,
            scale: None,
            idle: None,
            loaded: None,
        }
    }
}

/// Everything that was found, as Markdown.
pub fn render(findings: &Findings) -> String {
    let mut text = Machine::read().render(&findings.effort);
    if let Some(found) = &findings.routes {
        text.push_str(&routes::render(found));
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
    if let Some(found) = &findings.open_route {
        open_route(&mut text, found);
    }
    if let Some(found) = &findings.scale {
        scale(&mut text, found);
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
    row(text, what, &figure, "–", None);
    let miss = format!("{:.2} × ({:.0} µs)", found.miss_us / found.anonymous_us, found.miss_us);
    row(text, "the same with a token that is new", &miss, "–", None);
    let what = format!("p99 of topic list while {SIGN_INS} people sign in at once");
    let figure = format!(
        "{:.2} × ({:.1} → {:.1} ms; {} got in)",
        found.signing_in, found.alone_ms, found.signing_in_ms, found.signed_in
    );
    row(text, &what, &figure, &format!("≤ {SIGN_IN_MOST} ×"), Some(found.signing_in <= SIGN_IN_MOST));
}

fn open_route(text: &mut String, found: &OpenRoute) {
    let figure = format!("{:.2} × ({:.0} → {:.0} µs)", found.hit, found.anonymous_us, found.hit_us);
    let what = "CPU of a list of use cases with a token that was seen before, against an anonymous one";
    row(text, what, &figure, &format!("≤ {SESSION_MOST} ×"), Some(found.hit <= SESSION_MOST));
}

fn scale(text: &mut String, found: &Scale) {
    let Scale { few, many, few_ms, many_ms, ratio } = found;
    let what = format!("p95 of topic list, of {many} topics against {few}");
    let figure = format!("{ratio:.2} × ({few_ms:.1} → {many_ms:.1} ms)");
    row(text, &what, &figure, &format!("≤ {SCALE_MOST} ×"), Some(*ratio <= SCALE_MOST));
}

fn row(text: &mut String, what: &str, figure: &str, target: &str, is_met: Option<bool>) {
    let _ = writeln!(text, "| {what} | {figure} | {target} | {} |", is_met.map_or("", verdict));
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**missed**" }
}
