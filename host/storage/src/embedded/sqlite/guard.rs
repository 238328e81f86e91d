//! The only unsafe code of the storage room: hangs an authorizer, a progress handler and limits on a SQLite handle.
//! What is allowed is decided in `policy`; this file never decides.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Instant;

use libsqlite3_sys as ffi;
use p2p_context::Deadline;
use sqlx::sqlite::LockedSqliteHandle;

use super::policy::{self, Mode};

/// Instructions of SQLite's machine between two looks at the clock: some ten microseconds.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// A value, row or parameter may have this many bytes: a document of 1 MiB and its company.
pub const VALUE_BYTES: usize = 2 << 20;

/// A statement may have this many bytes.
pub const STATEMENT_BYTES: usize = 256 << 10;

/// What a connection's callbacks look at: who is speaking, and until when.
#[derive(Debug)]
pub struct Watch {
    born: Instant,
    mode: AtomicU8,
    ends: AtomicU64,
}

impl Watch {
    /// Nobody speaks yet.
    pub fn new(mode: Mode) -> Arc<Self> {
        Arc::new(Self {
            born: Instant::now(),
            mode: AtomicU8::new(mode as u8),
            ends: AtomicU64::new(u64::MAX),
        })
    }

    /// Statements prepared from now on are judged by this mode.
    pub fn speak_as(&self, mode: Mode) {
        self.mode.store(mode as u8, Ordering::Release);
    }

    /// Statements running from now on end at this moment.
    pub fn end_at(&self, deadline: Deadline) {
        let micros = deadline.instant().saturating_duration_since(self.born).as_micros();
        self.ends.store(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::Release);
    }

    /// Whatever runs ends as soon as it looks.
    pub fn interrupt(&self) {
        self.ends.store(0, Ordering::Release);
    }

    fn may_go_on(&self) -> bool {
        let ends = self.ends.load(Ordering::Acquire);
        u64::try_from(self.born.elapsed().as_micros()).is_ok_and(|now| now < ends)
    }

    fn mode(&self) -> Mode {
        Mode::from_code(self.mode.load(Ordering::Acquire))
    }
}

/// The handle would not take its guards.
#[derive(Debug, thiserror::Error)]
#[error("SQLite refused a guard (code {0})")]
pub struct GuardRefused(i32);

/// Puts the guards on. The watch lives as long as the handle does.
#[expect(unsafe_code, reason = "SQLite offers these guards by C calls only")]
pub fn install(handle: &mut LockedSqliteHandle<'_>, watch: &Arc<Watch>) -> Result<(), GuardRefused> {
    let alive = Arc::clone(watch);
    handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || alive.may_go_on());
    let db = handle.as_raw_handle().as_ptr();
    let data = Arc::into_raw(Arc::clone(watch)).cast_mut().cast::<c_void>();
    // SAFETY: `db` is open and ours while the handle is locked. `data` came from `Arc::into_raw`; SQLite frees it by
    // `forget` when the handle is closed, after the last statement, so the authorizer never sees it dangling.
    let codes = unsafe {
        [
            ffi::sqlite3_set_clientdata(db, c"p2p-watch".as_ptr(), data, Some(forget)),
            ffi::sqlite3_set_authorizer(db, Some(authorize), data),
        ]
    };
    configure(db).into_iter().chain(codes).try_for_each(accept)
}

fn accept(code: c_int) -> Result<(), GuardRefused> {
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(GuardRefused(code)) }
}

/// Shadow tables and the schema table cannot be written, a schema is not trusted, "text" is never a string, and
/// whatever a statement may blow up is bounded.
#[expect(unsafe_code, reason = "SQLite offers these settings by C calls only")]
fn configure(db: *mut ffi::sqlite3) -> Vec<c_int> {
    let settings = [
        (ffi::SQLITE_DBCONFIG_DEFENSIVE, 1),
        (ffi::SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
        (ffi::SQLITE_DBCONFIG_DQS_DML, 0),
        (ffi::SQLITE_DBCONFIG_DQS_DDL, 0),
        (ffi::SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
    ];
    let limits = [
        (ffi::SQLITE_LIMIT_LENGTH, VALUE_BYTES),
        (ffi::SQLITE_LIMIT_SQL_LENGTH, STATEMENT_BYTES + 1024),
        (ffi::SQLITE_LIMIT_COLUMN, 512),
        (ffi::SQLITE_LIMIT_COMPOUND_SELECT, 128),
        (ffi::SQLITE_LIMIT_VDBE_OP, 1_000_000),
        (ffi::SQLITE_LIMIT_ATTACHED, 0),
        (ffi::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        (ffi::SQLITE_LIMIT_TRIGGER_DEPTH, 64),
        (ffi::SQLITE_LIMIT_WORKER_THREADS, 0),
    ];
    // SAFETY: `db` is open and locked by the caller; each of these settings takes an int and a pointer that may be
    // null, and limits take two ints.
    unsafe {
        for (limit, value) in limits {
            ffi::sqlite3_limit(db, limit, c_int::try_from(value).unwrap_or(c_int::MAX));
        }
        settings
            .map(|(setting, on)| ffi::sqlite3_db_config(db, setting, on, ptr::null_mut::<c_int>()))
            .to_vec()
    }
}

#[expect(unsafe_code, reason = "called by SQLite")]
unsafe extern "C" fn forget(data: *mut c_void) {
    // SAFETY: `data` is what `install` gave away, and SQLite calls this once.
    drop(unsafe { Arc::from_raw(data.cast_const().cast::<Watch>()) });
}

#[expect(unsafe_code, reason = "called by SQLite")]
unsafe extern "C" fn authorize(
    data: *mut c_void,
    action: c_int,
    first: *const c_char,
    second: *const c_char,
    _database: *const c_char,
    inner: *const c_char,
) -> c_int {
    // SAFETY: `data` is the watch that `install` left, alive while the handle is; the names are null or C strings
    // that live during this call.
    let (watch, first, second) = unsafe { (&*data.cast_const().cast::<Watch>(), name(first), name(second)) };
    let mode = if inner.is_null() { watch.mode() } else { watch.mode().within_a_trigger() };
    if policy::allows(mode, action, first, second) { ffi::SQLITE_OK } else { ffi::SQLITE_DENY }
}

/// A name that is not UTF-8 cannot be one of the host's; it is judged as an empty one.
#[expect(unsafe_code, reason = "reads a C string that SQLite lends")]
unsafe fn name<'a>(text: *const c_char) -> &'a str {
    if text.is_null() {
        return "";
    }
    // SAFETY: the caller vouches for a C string.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap_or_default()
}
