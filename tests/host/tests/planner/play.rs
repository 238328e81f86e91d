//! Routes played over stores that keep a record: first the tables of the coverage tests, so that a route with a line there
//! is played here too, by every kind of caller.

use std::sync::Arc;

use p2p_test_support::people::{Answer, Person};
use p2p_test_support::recorded::{Record, RecordedStores};
use reqwest::Method;
use serde_json::Value;

use crate::case::{CALLERS, Case};
use crate::cast::Cast;
use crate::stage::Stage;
use crate::tables::{self, FEATURES};
use crate::things::Things;

/// A stage, and what its features asked of their tables.
pub struct Play {
    pub stage: Stage,
    pub record: Arc<Record>,
    things: Things,
}

impl Play {
    /// Nobody has asked anything but what founding the owner's organization takes.
    pub async fn begin() -> Self {
        let record = Arc::<Record>::default();
        let kept = Arc::clone(&record);
        let stage = Stage::set(&FEATURES, |stores| Arc::new(RecordedStores { stores, record: kept })).await;
        Self { stage, record, things: Things::default() }
    }

    /// Every line of every feature, by every caller. Answers those.
    pub async fn tables(&mut self) -> [Person; CALLERS.len()] {
        let everybody = Cast::new(&self.stage).await;
        for feature in FEATURES {
            let cases = tables::of(feature);
            self.compare(feature, &cases);
            for case in cases.into_iter().map(Case::of_feature) {
                let own = if case.is_apart { Some(Cast::new(&self.stage).await) } else { None };
                self.case(&case, own.as_ref().unwrap_or(&everybody)).await;
            }
        }
        self.drain().await;
        everybody.callers
    }

    fn compare(&self, feature: &str, cases: &[Case]) {
        for route in self.stage.routes(feature) {
            let (method, path) = (route.method.as_str(), &route.path);
            let is_it = |case: &Case| case.method.as_str() == method && case.path == *path;
            assert!(cases.iter().any(is_it), "{method} {path} is not played");
        }
    }

    async fn case(&mut self, case: &Case, cast: &Cast) {
        let callers = CALLERS.iter().zip(&cast.callers).zip(case.answers);
        for ((name, person), status) in callers {
            self.line(case, name, person, status).await;
        }
        self.line(case, "somebody of another tenant", &cast.abroad, case.elsewhere()).await;
        if case.method.is_safe() && !case.is_apart {
            self.line(case, "a verified member", &cast.verified, case.answers[1]).await;
        }
    }

    async fn line(&mut self, case: &Case, caller: &str, person: &Person, status: u16) {
        let (path, body) = self.things.fill(&self.stage, case, person).await;
        self.record.during(&format!("{} {} by {caller}", case.method, case.path));
        let answer = case.send(person, &path, body).await;
        let is_foreign = person.token.is_some() && status == case.elsewhere();
        assert!(
            answer.status == status || (is_foreign && answer.status == 401),
            "{} {path} {caller}: {status} expected, not {} {}",
            case.method,
            answer.status,
            answer.text
        );
    }

    /// A request that must be served: the method and what follows `/api/v1`, then a body or null.
    pub async fn ask(&self, person: &Person, line: &str, body: Value) -> Answer {
        self.record.during(line);
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let body = (!body.is_null()).then(|| body.to_string());
        let answer = person.send(method, path, body, &[]).await;
        assert!((200..300).contains(&answer.status), "{line}: {} {}", answer.status, answer.text);
        answer
    }

    /// The same; answers the id of what was made.
    pub async fn make(&self, person: &Person, line: &str, body: Value) -> String {
        crate::things::id(self.ask(person, line, body).await)
    }

    /// Events reach those who listen.
    pub async fn drain(&self) {
        self.record.during("the delivery of events");
        self.stage.drain().await;
    }
}
