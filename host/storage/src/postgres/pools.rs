//! All connections of this process: few, opened when first needed, kept per login, lent to one caller at a time. When
//! there are as many as there may be, the one that idles longest makes room for another login.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use p2p_context::Deadline;
use tokio::sync::oneshot;

use super::connection::{Connection, Login};
use super::enders::Enders;
use super::lease::Lease;
use crate::ports::sql::SqlError;

/// A connection that nobody needed for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// Between two looks for such connections.
const LOOK: Duration = Duration::from_secs(15);

/// How much longer than those whose login has the connection that came free the first in the queue may wait. Compared with
/// theirs, because all wait long when there is much to do, and a connection that changes its login is opened anew.
const PATIENCE: Duration = Duration::from_millis(50);

/// See the module.
pub struct Pools {
    most: usize,
    state: Mutex<State>,
    enders: Enders,
    housekeeping: OnceLock<()>,
}

#[derive(Default)]
struct State {
    open: usize,
    /// Longest idle first.
    idle: VecDeque<Idle>,
    waiting: VecDeque<Waiting>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

struct Waiting {
    login: Arc<Login>,
    since: Instant,
    grant: oneshot::Sender<Grant>,
}

/// What a caller may be given.
enum Grant {
    Connection(Connection),
    Room(Room),
}

/// What a caller is told at first.
enum Claim {
    Granted(Grant),
    /// Somebody else's, to be closed.
    Taken(Connection),
    Queued(oneshot::Receiver<Grant>),
}

impl Pools {
    /// At most so many connections. `enders` ends sessions that do not end by themselves.
    pub fn new(most: u32, enders: Enders) -> Arc<Self> {
        Arc::new(Self {
            most: most.max(1) as usize,
            state: Mutex::default(),
            enders,
            housekeeping: OnceLock::new(),
        })
    }

    /// Lends a connection until the deadline. `Busy` when none became free in time.
    pub async fn lend(self: &Arc<Self>, login: &Arc<Login>, deadline: Deadline) -> Result<Lease, SqlError> {
        self.keep_house();
        let grant = match self.claim(login) {
            Claim::Granted(grant) => grant,
            Claim::Taken(other) => Grant::Room(other.retire()),
            Claim::Queued(turn) => match tokio::time::timeout_at(deadline.instant().into(), turn).await {
                Ok(Ok(grant)) => grant,
                _ => return Err(SqlError::Busy),
            },
        };
        match grant {
            Grant::Connection(connection) => Ok(Lease::of(self, connection, true)),
            Grant::Room(room) => Ok(Lease::of(self, Connection::open(login, room, deadline).await?, false)),
        }
    }

    /// Room for a connection that is opened and closed elsewhere.
    pub async fn room(self: &Arc<Self>, login: &Arc<Login>, deadline: Deadline) -> Result<Room, SqlError> {
        match self.claim(login) {
            Claim::Granted(Grant::Room(room)) => Ok(room),
            Claim::Granted(Grant::Connection(other)) | Claim::Taken(other) => Ok(other.retire()),
            Claim::Queued(turn) => match tokio::time::timeout_at(deadline.instant().into(), turn).await {
                Ok(Ok(Grant::Room(room))) => Ok(room),
                Ok(Ok(Grant::Connection(other))) => Ok(other.retire()),
                _ => Err(SqlError::Busy),
            },
        }
    }

    /// Takes a connection back, for whoever waits.
    pub fn take_back(&self, connection: Connection) {
        let mut connection = connection;
        if connection.is_outdated() {
            drop(connection.retire());
            return;
        }
        loop {
            let mut state = self.lock();
            let Some(next) = state.next(&connection) else {
                state.idle.push_back(Idle { connection, since: Instant::now() });
                return;
            };
            drop(state);
            let own = connection.serves(&next.login);
            let grant = if own { Grant::Connection(connection) } else { Grant::Room(connection.retire()) };
            match next.grant.send(grant) {
                Ok(()) => return,
                // They went away. What they did not take is for the next one.
                Err(Grant::Connection(back)) => connection = back,
                Err(Grant::Room(room)) => return drop(room),
            }
        }
    }

    /// Ends the session of a connection on which something may still run.
    pub fn end(&self, connection: Connection) {
        self.enders.end(connection);
    }

    /// Closes all that idle: the server went away, and with it all of them.
    pub fn forget_idle(&self) {
        let idle = std::mem::take(&mut self.lock().idle);
        drop(idle);
    }

    fn claim(self: &Arc<Self>, login: &Arc<Login>) -> Claim {
        let mut state = self.lock();
        let own = state.idle.iter().rposition(|idle| idle.connection.serves(login));
        if let Some(idle) = own.and_then(|at| state.idle.remove(at)) {
            if !idle.connection.is_outdated() {
                return Claim::Granted(Grant::Connection(idle.connection));
            }
            return Claim::Taken(idle.connection);
        }
        if state.open < self.most {
            state.open += 1;
            return Claim::Granted(Grant::Room(Room(Some(Arc::downgrade(self)))));
        }
        if let Some(idle) = state.idle.pop_front() {
            return Claim::Taken(idle.connection);
        }
        let (grant, turn) = oneshot::channel();
        state.waiting.push_back(Waiting { login: Arc::clone(login), since: Instant::now(), grant });
        Claim::Queued(turn)
    }

    /// A connection is gone: its room is for the first who waits.
    fn give_room(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            let Some(next) = state.waiting.pop_front() else {
                state.open = state.open.saturating_sub(1);
                return;
            };
            drop(state);
            match next.grant.send(Grant::Room(Room(Some(Arc::downgrade(self))))) {
                Ok(()) => return,
                Err(Grant::Room(mut room)) => room.0 = None,
                Err(Grant::Connection(_)) => return,
            }
        }
    }

    fn keep_house(self: &Arc<Self>) {
        self.housekeeping.get_or_init(|| {
            let pools = Arc::downgrade(self);
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(LOOK).await;
                    let Some(pools) = pools.upgrade() else { return };
                    pools.close_idle();
                }
            });
        });
    }

    fn close_idle(&self) {
        loop {
            let mut state = self.lock();
            let long = state.idle.front().is_some_and(|idle| idle.since.elapsed() >= IDLE);
            let Some(idle) = state.idle.pop_front_if(|_| long) else { return };
            drop(state);
            drop(idle.connection.retire());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whose turn it is when this connection comes free: the first whom it serves, unless somebody waited far longer.
    fn next(&mut self, connection: &Connection) -> Option<Waiting> {
        let first = self.waiting.front()?.since;
        let served = self.waiting.iter().enumerate().find(|(_, waiting)| connection.serves(&waiting.login));
        let served = served.filter(|(_, waiting)| waiting.since.duration_since(first) < PATIENCE);
        let at = served.map_or(0, |(at, _)| at);
        self.waiting.remove(at)
    }
}

/// Room for one connection among all. Given back when dropped; never drop one while the pools are locked.
#[derive(Debug)]
pub struct Room(Option<Weak<Pools>>);

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(pools) = self.0.take().as_ref().and_then(Weak::upgrade) {
            pools.give_room();
        }
    }
}

impl std::fmt::Debug for Pools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pools").field("most", &self.most).finish_non_exhaustive()
    }
}
