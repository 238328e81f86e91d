//! The single checks. Each looks at one thing and answers one line, or one per feature.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use p2p_context::{Clock as _, SystemClock, Timestamp};
use p2p_tenants::file::Tenant;
use p2p_tenants::{Grant, Installation};

use super::{Finding, core, mail, sessions};
use crate::config::Config;
use crate::lock::{DataLock, Holder};
use crate::{descriptors, features, logging, secret, stores};

const MIB: u64 = 1 << 20;
/// A first of January before which nobody ran this version, microseconds since 1970.
const RELEASED: Timestamp = Timestamp(1_767_225_600_000_000);
/// Files from the future by more than this mean that the clock went back.
const CLOCK_SLACK: Duration = Duration::from_secs(3_600);

/// Looks at everything.
pub async fn all(config: &Config) -> Vec<Finding> {
    let holder = DataLock::look(&config.data);
    let is_running = matches!(holder, Ok(Holder::Held(_)));
    let mut findings = vec![configuration(config), addresses(config), lock(holder)];
    findings.extend(listen(config, is_running));
    findings.push(secret_key(config));
    findings.push(sessions::look(config));
    findings.push(disk(&config.data));
    findings.extend(look_at_stores(config).await);
    findings.extend(core::look(config).await);
    findings.push(mail::look(config).await);
    findings.push(clock(&config.data));
    findings.push(open_files(config));
    findings.extend(tenants(config));
    findings
}

fn configuration(config: &Config) -> Finding {
    let from =
        config.file.as_ref().map_or("defaults and environment".to_owned(), |file| file.display().to_string());
    match logging::filter(&config.log_level) {
        Ok(_) => Finding::fine("configuration", from),
        Err(error) => Finding::wrong("configuration", error.to_string(), "change LOG_LEVEL"),
    }
}

fn addresses(config: &Config) -> Finding {
    let url = config.url();
    if !config.listen.ip().is_loopback() && !url.starts_with("https://") {
        let advice = "put TLS in front and set PUBLIC_URL to the https address, or passwords travel readable";
        return Finding::careful("public URL", url, advice);
    }
    Finding::fine("public URL", url)
}

fn lock(holder: anyhow::Result<Holder>) -> Finding {
    match holder {
        Ok(Holder::Free) => Finding::fine("data folder lock", "free"),
        Ok(Holder::Held(id)) => Finding::fine("data folder lock", format!("a server runs as process {id}")),
        Err(error) => Finding::wrong("data folder lock", error.to_string(), "let this user read the folder"),
    }
}

fn listen(config: &Config, is_running: bool) -> Option<Finding> {
    if is_running {
        return None;
    }
    let found = config.listen.to_string();
    Some(match TcpListener::bind(config.listen) {
        Ok(_) => Finding::fine("listen address", found),
        Err(error) => Finding::wrong(
            "listen address",
            format!("{found}: {error}"),
            "stop the program that uses it, or use --listen",
        ),
    })
}

fn secret_key(config: &Config) -> Finding {
    let file = secret::file(&config.data);
    match (&config.secret_key, file.metadata()) {
        (Some(_), _) => Finding::fine("secret key", "given"),
        (None, Ok(kept)) if is_private(&kept) => Finding::fine("secret key", file.display().to_string()),
        (None, Ok(_)) => {
            let advice = format!("others can read it: chmod 600 {}", file.display());
            Finding::wrong("secret key", file.display().to_string(), advice)
        }
        (None, Err(_)) => Finding::fine("secret key", "will be made at the first start"),
    }
}

#[cfg(unix)]
fn is_private(file: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode().trailing_zeros() >= 6
}

#[cfg(not(unix))]
fn is_private(_: &std::fs::Metadata) -> bool {
    true
}

fn disk(data: &Path) -> Finding {
    // A folder that is yet to be made lies on the disk of the nearest one that is there.
    let here = data.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let Ok(space) = rustix::fs::statvfs(here) else {
        return Finding::careful("free disk", "unknown", "look at the disk yourself");
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize) / MIB;
    let found = format!("{free} MiB");
    match free {
        0..100 => Finding::wrong("free disk", found, "make room: writes will be answered 503"),
        100..1024 => Finding::careful("free disk", found, "make room soon"),
        _ => Finding::fine("free disk", found),
    }
}

async fn look_at_stores(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.database.is_none() && !config.data.exists() {
        let found = format!("{} will be made at the first start", config.data.display());
        return vec![Finding::fine("stores", found)];
    }
    let where_to = match &config.database {
        Some(database) => format!("{}, files in {}", database.address, config.data.display()),
        None => config.data.display().to_string(),
    };
    let advice = "make the service reachable, or let this user write there; see docs/operate.md";
    let checked = match stores::to_look_at(config).await {
        Ok(stores) => stores.check().await.map_err(|error| error.to_string()),
        Err(error) => Err(format!("{error:#}")),
    };
    findings.push(match checked {
        Ok(()) => Finding::fine("stores", where_to),
        Err(error) => Finding::wrong("stores", error, advice),
    });
    if config.database.is_some() && config.secret_key.is_none() {
        let advice =
            "set SECRET_KEY, the same on every server: roles of the database and sealed data depend on it";
        findings.push(Finding::careful("shared secret", "kept in the data folder of this server", advice));
    }
    findings
}

fn clock(data: &Path) -> Finding {
    let now = SystemClock.now();
    let found = now.to_rfc3339();
    let newest = newest(data).unwrap_or(now);
    if now < RELEASED || newest > now.plus(CLOCK_SLACK) {
        return Finding::wrong("clock", found, "set the clock: sessions and links depend on it");
    }
    Finding::fine("clock", found)
}

/// When something in the folder was last written.
fn newest(data: &Path) -> Option<Timestamp> {
    let times = std::fs::read_dir(data).ok()?.filter_map(|entry| {
        let since =
            entry.ok()?.metadata().ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok().map(Timestamp)
    });
    times.max()
}

fn open_files(config: &Config) -> Finding {
    let wanted = config.limits.connections as u64 + 512;
    match descriptors::most() {
        Some(most) if most < wanted => {
            let advice = format!("allow {wanted} (ulimit -Hn, LimitNOFILE), or lower limits.connections");
            Finding::careful("open files", most.to_string(), advice)
        }
        most => Finding::fine("open files", most.map_or("unlimited".to_owned(), |most| most.to_string())),
    }
}

fn tenants(config: &Config) -> Vec<Finding> {
    let tenants = match features::find(&config.features) {
        Ok(tenants) => tenants,
        Err(error) => {
            return vec![Finding::wrong("features", format!("{error:#}"), "repair the file that is named")];
        }
    };
    let of = |tenant: &Tenant| {
        let each = tenant.features.iter();
        each.map(|(name, installed)| feature(&format!("{}/{name}", tenant.id), installed)).collect::<Vec<_>>()
    };
    let findings: Vec<_> = tenants.iter().flat_map(of).collect();
    if findings.is_empty() {
        return vec![Finding::careful(
            "features",
            "none",
            "every route answers 404; build features, or see --features-dir",
        )];
    }
    findings
}

fn feature(what: &str, installation: &Installation) -> Finding {
    let component = match features::open(&installation.file) {
        Ok(component) => component,
        Err(error) => return Finding::wrong(what, format!("{error:#}"), "build or copy the component again"),
    };
    let found = format!("{} {}", component.inspected.manifest.version, component.digest.short());
    if installation.digest.as_ref().is_some_and(|wanted| wanted != component.digest.as_str()) {
        let advice = format!("install the right file, or pin {}", component.digest);
        return Finding::wrong(what, format!("{found}: not the pinned digest"), advice);
    }
    let missing = missing_grants(&component.inspected.imports, installation);
    if !missing.is_empty() {
        let advice = format!("add to its grants: {}", missing.join(", "));
        return Finding::wrong(what, format!("{found}: imports what is not granted"), advice);
    }
    Finding::fine(what, found)
}

fn missing_grants(imports: &[String], installation: &Installation) -> Vec<&'static str> {
    let interfaces =
        imports.iter().filter_map(|import| import.strip_prefix("p2p:platform/")?.split('@').next());
    let wanted = interfaces.filter_map(Grant::of_interface);
    wanted.filter(|grant| !installation.grants.contains(grant)).map(Grant::interface).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use p2p_context::FeatureName;

    use super::super::State;
    use super::*;

    #[test]
    fn grants_that_are_missing_are_named() {
        let name = FeatureName::new("forums").unwrap();
        let mut installation = Installation::with_defaults(&name, "forums.wasm".into());
        installation.grants = BTreeSet::from([Grant::Log]);
        let imports = ["p2p:platform/types@0.1.0", "p2p:platform/log@0.1.0", "p2p:platform/sql@0.1.0"];
        assert_eq!(missing_grants(&imports.map(str::to_owned), &installation), ["sql"]);
    }

    #[test]
    fn files_from_the_future_mean_that_the_clock_is_wrong() {
        let data = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(data.path().join("lock")).unwrap();
        assert_eq!(clock(data.path()).state, State::Fine);
        let future = SystemClock.now().plus(2 * CLOCK_SLACK);
        let micros = Duration::from_micros(u64::try_from(future.0).unwrap());
        file.set_modified(std::time::UNIX_EPOCH + micros).unwrap();
        assert_eq!(clock(data.path()).state, State::Wrong);
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_wrong() {
        use std::os::unix::fs::PermissionsExt as _;
        let file = tempfile::NamedTempFile::new().unwrap();
        for (mode, private) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_private(&file.path().metadata().unwrap()), private, "{mode:o}");
        }
    }
}
