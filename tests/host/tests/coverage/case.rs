//! One line of a table: a route, a request for it that would be served, and what each caller gets. Knows no route.

use p2p_test_support::people::{Answer, Person};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

/// Who asks, in the order of the answers of a case.
pub const CALLERS: [&str; 6] = [
    // Without a session.
    "nobody",
    // A member of the owner's organization.
    "member",
    // A second admin of it, so that no rule about the last one is met.
    "own admin",
    // The admin of another organization.
    "stranger",
    // The admin of another organization whom the operator made a platform admin.
    "platform admin",
    // The same with an address that nobody confirmed, where the operator wants it confirmed.
    "unverified",
];

/// What each of `CALLERS` gets.
pub type Answers = [u16; CALLERS.len()];

/// For everybody, with or without a session.
pub const fn all(status: u16) -> Answers {
    [status; 6]
}

/// For whoever is signed in, confirmed or not.
pub const fn signed_in(status: u16) -> Answers {
    [401, status, status, status, status, status]
}

/// For whoever is signed in with a confirmed address.
pub const fn session(status: u16) -> Answers {
    [401, status, status, status, status, 403]
}

/// For every admin: it is about their own organization.
pub const fn admin(status: u16) -> Answers {
    [401, 403, status, status, status, 403]
}

/// For the admins of the organization that it belongs to: others do not know of it, but for platform admins.
pub const fn administers(status: u16) -> Answers {
    [401, 403, status, 404, status, 403]
}

/// A line.
pub struct Case {
    pub method: Method,
    /// As the route is declared.
    pub path: String,
    /// What is asked for: things are still named, see `things`.
    pub sample: String,
    pub body: Option<Value>,
    pub answers: Answers,
    /// What somebody of the other tenant gets, where it is not what somebody without a session does.
    elsewhere: Option<u16>,
    /// Whether each caller is somebody new.
    pub is_apart: bool,
    /// Whether a form with a file is sent instead of a body.
    pub has_file: bool,
}

/// A line for GET. A parameter of the address is written with what stands in its place: `/topics/{id:TOPIC}?limit=1`.
pub fn get(address: &str, answers: Answers) -> Case {
    Case::new(Method::GET, address, None, answers)
}

/// A line for POST.
pub fn post(address: &str, body: Value, answers: Answers) -> Case {
    Case::new(Method::POST, address, Some(body), answers)
}

/// A line for PUT.
pub fn put(address: &str, answers: Answers) -> Case {
    Case::new(Method::PUT, address, None, answers)
}

/// A line for PATCH.
pub fn patch(address: &str, body: Value, answers: Answers) -> Case {
    Case::new(Method::PATCH, address, Some(body), answers)
}

/// A line for DELETE.
pub fn delete(address: &str, answers: Answers) -> Case {
    Case::new(Method::DELETE, address, None, answers)
}

impl Case {
    fn new(method: Method, address: &str, body: Option<Value>, answers: Answers) -> Self {
        let (path, sample) = read(address);
        let body = body.filter(|body| !body.is_null());
        Self { method, path, sample, body, answers, elsewhere: None, is_apart: false, has_file: false }
    }

    /// With callers of its own, since it ends or renews their session, or may be asked once a minute.
    pub fn apart(self) -> Self {
        Self { is_apart: true, ..self }
    }

    /// The other tenant has no such thing, and answers so.
    pub fn but_elsewhere(self, status: u16) -> Self {
        Self { elsewhere: Some(status), ..self }
    }

    /// What somebody gets at the other tenant, without a session there.
    pub fn elsewhere(&self) -> u16 {
        self.elsewhere.unwrap_or(self.answers[0])
    }

    /// With a form that holds a small file.
    pub fn with_file(self) -> Self {
        Self { has_file: true, ..self }
    }

    /// Asks as this person, at this path and with this body. Goes on to where the answer leads.
    pub async fn send(&self, person: &Person, path: &str, body: Option<String>) -> Answer {
        match path.strip_prefix("/api/v1") {
            Some(below) if self.has_file => person.upload(below, form()).await,
            _ => person.anywhere(self.method.clone(), path, body).await,
        }
    }

    /// A route of a feature lies below `/api/v1`, or below the base path of the session protocol.
    pub fn of_feature(self) -> Self {
        let sample = match self.sample.strip_prefix("/fdi") {
            Some(below) => format!("/auth{below}"),
            None => format!("/api/v1{}", self.sample),
        };
        Self { sample, ..self }
    }
}

/// A file that is taken wherever texts are.
pub fn form() -> Form {
    Form::new().part("file", Part::text("Vibration log of pump P-101").file_name("log.txt"))
}

/// The path of the route, and that of the request.
fn read(address: &str) -> (String, String) {
    let (mut path, mut sample, mut rest) = (String::new(), String::new(), address);
    while let Some((before, behind)) = rest.split_once('{') {
        let (parameter, after) = behind.split_once('}').expect("a parameter ends");
        let (name, value) = parameter.split_once(':').expect("a parameter has its value: {name:value}");
        path += &format!("{before}{{{name}}}");
        sample += &format!("{before}{value}");
        rest = after;
    }
    path += rest.split('?').next().unwrap_or_default();
    (path, sample + rest)
}

#[test]
fn an_address_holds_both_paths() {
    assert_eq!(
        read("/a/{id:TOPIC}/b/{n:2}?q=1"),
        ("/a/{id}/b/{n}".to_owned(), "/a/TOPIC/b/2?q=1".to_owned())
    );
    assert_eq!(read("/a?q=1"), ("/a".to_owned(), "/a?q=1".to_owned()));
}
