//! The allowed arrows as data. A change here changes the architecture: write an ADR.

/// What keeps two rooms apart even in tests.
#[derive(Debug, PartialEq, Eq)]
pub enum Wall {
    None,
    /// Host and components share nothing but `wit/`.
    HostAndComponents,
    /// Features never import each other.
    BetweenFeatures,
    /// The tasks build everything and must not need any of it.
    Tasks,
}

/// The rooms of the host, and the rooms each may use.
const HOST: [(&str, &[&str]); 10] = [
    ("host/context", &[]),
    ("host/storage", &["host/context"]),
    ("host/identity-core", &["host/context"]),
    ("host/identity", &["host/identity-core", "host/storage", "host/context"]),
    ("host/tenants", &["host/storage", "host/context"]),
    ("host/runtime", &["host/tenants", "host/identity", "host/storage", "host/context"]),
    ("host/jobs", &OVER_RUNTIME),
    ("host/http", &OVER_RUNTIME),
    ("host/live", &OVER_RUNTIME),
    (
        "host/server",
        &[
            "host/http",
            "host/live",
            "host/jobs",
            "host/runtime",
            "host/tenants",
            "host/identity",
            "host/identity-core",
            "host/storage",
            "host/context",
        ],
    ),
];

const OVER_RUNTIME: [&str; 5] =
    ["host/runtime", "host/identity", "host/tenants", "host/storage", "host/context"];

/// Libraries that only some rooms see, by name or by the beginning of one.
const LIBRARIES: [(&str, &[&str]); 14] = [
    ("axum", &HTTP),
    ("tower-http", &HTTP),
    ("hyper-rustls", &["host/identity"]),
    ("wasmtime", &["host/runtime"]),
    ("wasmtime-", &["host/runtime"]),
    ("sqlx", &STORES),
    ("sqlx-", &STORES),
    ("libsqlite3-sys", &STORES),
    ("rusqlite", &STORES),
    ("mongodb", &STORES),
    ("object_store", &STORES),
    ("redis", &STORES),
    ("async-nats", &STORES),
    ("lettre", &["host/jobs"]),
];

const HTTP: [&str; 2] = ["host/http", "host/live"];
const STORES: [&str; 1] = ["host/storage"];
/// The SDK carries a real SQLite for its native test host, and only there: as optional dependencies.
const SDK_MAY_CHOOSE: [&str; 4] = ["libsqlite3-sys", "rusqlite", "sqlx", "tokio"];
/// Nothing of these works, or may be used, inside a guest.
const NOT_IN_FEATURES: [&str; 7] =
    ["async-std", "getrandom", "mio", "rand", "reqwest", "tokio", "wasm-bindgen"];

/// Whether the table has a row for this room.
pub fn is_known(room: &str) -> bool {
    let host = HOST.iter().any(|(name, _)| *name == room);
    host || room == "xtask"
        || ["components/", "tests/", "targets/"].iter().any(|begin| room.starts_with(begin))
}

/// Whether a room may use another in what is shipped.
pub fn may_use(from: &str, to: &str) -> bool {
    if wall(from, to) != Wall::None {
        return false;
    }
    match HOST.iter().find(|(name, _)| *name == from) {
        Some((_, allowed)) => allowed.contains(&to),
        None if is_guest(from) => is_sdk(to),
        None => !(from.starts_with("targets/") && to.starts_with("host/")),
    }
}

/// The wall between two rooms, if there is one.
pub fn wall(from: &str, to: &str) -> Wall {
    let (guest, to_guest) = (is_guest(from), is_guest(to));
    let feature = to_guest && !is_sdk(to);
    match () {
        () if from == "xtask" => Wall::Tasks,
        () if guest && to.starts_with("host/") || from.starts_with("host/") && to_guest => {
            Wall::HostAndComponents
        }
        () if guest && feature => Wall::BetweenFeatures,
        () => Wall::None,
    }
}

/// Why not, for people.
pub fn reason(from: &str, to: &str) -> &'static str {
    match wall(from, to) {
        Wall::HostAndComponents => "host and components share nothing but wit/",
        Wall::BetweenFeatures => "features never import each other: use an event or a view",
        Wall::Tasks => "the tasks build everything and may need none of it",
        Wall::None => "arrows point one way only, see the rooms in docs/architecture.md",
    }
}

/// Who may use a library, when this room may not.
pub fn owners(library: &str, from: &str, optional: bool) -> Option<String> {
    if is_sdk(from) && optional && SDK_MAY_CHOOSE.contains(&library) {
        return None;
    }
    if is_guest(from) && NOT_IN_FEATURES.contains(&library) {
        return Some("the host (a guest asks its host port)".into());
    }
    let matches = |name: &str| library == name || name.ends_with('-') && library.starts_with(name);
    let (_, rooms) = LIBRARIES.iter().find(|(name, _)| matches(name))?;
    let free =
        from.starts_with("tests/") && !is_guest(from) || from.starts_with("targets/") || from == "xtask";
    (!free && !rooms.contains(&from)).then(|| rooms.join(" and "))
}

fn is_guest(room: &str) -> bool {
    room.starts_with("components/") || room.starts_with("tests/fixtures/")
}

fn is_sdk(room: &str) -> bool {
    room.starts_with("components/sdk")
}
