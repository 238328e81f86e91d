//! Every route there is, and what each kind of caller gets of it: nobody, a member, admins of this and of another
//! organization, platform admins, people with an unconfirmed address, sessions of another tenant. The tables are
//! compared with what features and host declare: a new route without a line fails.

#![cfg(test)]

mod accounts;
mod case;
mod cast;
mod dashboard;
mod forums;
mod messaging;
mod notifications;
mod own;
mod search;
mod stage;
mod tables;
mod things;
mod use_cases;

use std::collections::BTreeSet;
use std::path::Path;

use p2p_http::HttpOptions;
use p2p_tenants::Access;
use p2p_test_support::people::{Answer, Person};

use case::{CALLERS, Case};
use cast::Cast;
use stage::Stage;
use tables::FEATURES;
use things::Things;

#[tokio::test]
async fn accounts_answers_each_caller_as_its_table_says() {
    check("accounts").await;
}

#[tokio::test]
async fn forums_answers_each_caller_as_its_table_says() {
    check("forums").await;
}

#[tokio::test]
async fn use_cases_answers_each_caller_as_its_table_says() {
    check("use-cases").await;
}

#[tokio::test]
async fn messaging_answers_each_caller_as_its_table_says() {
    check("messaging").await;
}

#[tokio::test]
async fn search_answers_each_caller_as_its_table_says() {
    check("search").await;
}

#[tokio::test]
async fn dashboard_answers_each_caller_as_its_table_says() {
    check("dashboard").await;
}

#[tokio::test]
async fn notifications_answers_each_caller_as_its_table_says() {
    check("notifications").await;
}

#[tokio::test]
async fn the_host_answers_each_caller_as_its_table_says() {
    let routes = p2p_http::own_routes(&HttpOptions::default());
    let declared: Vec<_> = routes.iter().map(|(method, path)| (*method, path.as_str())).collect();
    let cases = own::cases();
    compare(&declared, &cases);
    Trial::begin().await.all(cases, |_| Access::Public).await;
}

#[test]
fn every_feature_has_a_table() {
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../components");
    let folders = std::fs::read_dir(components).unwrap().map(|entry| entry.unwrap());
    let names = folders.filter(|folder| folder.path().join("Cargo.toml").exists());
    let names = names.map(|folder| folder.file_name().into_string().unwrap());
    let features: BTreeSet<_> = names.filter(|name| !name.starts_with("sdk") && name != "template").collect();
    let known: BTreeSet<_> = FEATURES.into_iter().map(str::to_owned).collect();
    assert_eq!(features, known);
}

async fn check(feature: &str) {
    let cases = tables::of(feature);
    let trial = Trial::begin().await;
    let routes = trial.stage.routes(feature);
    let declared: Vec<_> = routes.iter().map(|route| (route.method.as_str(), route.path.as_str())).collect();
    compare(&declared, &cases);
    let access = |case: &Case| {
        let is_it = |at: &(&str, &str)| *at == (case.method.as_str(), case.path.as_str());
        routes[declared.iter().position(is_it).unwrap()].access
    };
    trial.all(cases.into_iter().map(Case::of_feature).collect(), access).await;
}

fn compare(declared: &[(&str, &str)], cases: &[Case]) {
    let declared: BTreeSet<_> = declared.iter().copied().collect();
    let listed: BTreeSet<_> = cases.iter().map(|case| (case.method.as_str(), case.path.as_str())).collect();
    let missing: Vec<_> = declared.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&declared).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "routes without a line: {missing:?}; without a route: {gone:?}"
    );
}

/// A stage and who is on it.
struct Trial {
    stage: Stage,
    things: Things,
    /// What did not come as expected.
    wrong: Vec<String>,
}

impl Trial {
    async fn begin() -> Self {
        let stage = Stage::set(&FEATURES, |stores| stores).await;
        Self { stage, things: Things::default(), wrong: Vec::new() }
    }

    /// Tries every line, and tells at once of all that do not hold.
    async fn all(mut self, cases: Vec<Case>, access: impl Fn(&Case) -> Access) {
        let everybody = Cast::new(&self.stage).await;
        for case in &cases {
            if case.is_apart {
                let cast = Cast::new(&self.stage).await;
                self.one(case, access(case), &cast).await;
            } else {
                self.one(case, access(case), &everybody).await;
            }
        }
        assert!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
    }

    async fn one(&mut self, case: &Case, access: Access, cast: &Cast) {
        let is_open = matches!(access, Access::Public | Access::Optional);
        self.note(is_open || case.answers[0] == 401, || format!("{} is not public", case.path));
        // First: whoever signs out below may be the same person. An optional session that is there must hold.
        if access == Access::Optional {
            self.ask(case, "of another tenant", &cast.abroad, 401).await;
            let outsider = cast.abroad.with_token(None);
            self.ask(case, "nobody at another tenant", &outsider, case.elsewhere()).await;
        } else {
            self.ask(case, "of another tenant", &cast.abroad, case.elsewhere()).await;
        }
        for (n, caller) in CALLERS.iter().enumerate() {
            let answer = self.ask(case, caller, &cast.callers[n], case.answers[n]).await;
            let is_told =
                *caller != "unverified" || answer.status != 403 || answer.code() == "EMAIL_NOT_VERIFIED";
            self.note(is_told, || format!("{} {} {caller}: {}", case.method, case.path, answer.text));
        }
        if case.method.is_safe() && !case.is_apart {
            self.ask(case, "member where addresses must be confirmed", &cast.verified, case.answers[1]).await;
        }
    }

    async fn ask(&mut self, case: &Case, caller: &str, person: &Person, expected: u16) -> Answer {
        let (path, body) = self.things.fill(&self.stage, case, person).await;
        let answer = case.send(person, &path, body).await;
        self.note(answer.status == expected, || {
            let Case { method, path, .. } = case;
            format!("{method} {path} {caller}: {expected} expected, not {} {}", answer.status, answer.text)
        });
        answer
    }

    fn note(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }
}
