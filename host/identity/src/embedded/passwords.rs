//! Password hashing off the async threads: as many at once as half the cores, a short queue, then `Busy`. A flood of
//! logins cannot fill memory, and holds only a few of the places that the feature has for all its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use p2p_context::Deadline;
use p2p_identity_core::{PasswordCost, SALT_BYTES};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::error::CredentialError;
use crate::fault::{Fault, random};

/// How many may be at work or wait, whatever the number of cores. A login keeps a place of the accounts feature for as
/// long, and that has 32: most must stay free for people who are signed in.
pub const PLACES: usize = 12;

/// The one place where passwords are hashed.
pub struct PasswordWork {
    cost: PasswordCost,
    decoy: Arc<str>,
    workers: Arc<Semaphore>,
    places: Arc<Semaphore>,
    done: AtomicU64,
}

/// Held until the work is over, also when nobody waits for its outcome any more.
type Permits = (OwnedSemaphorePermit, OwnedSemaphorePermit);

impl PasswordWork {
    /// Of this cost.
    pub fn new(cost: PasswordCost) -> Self {
        let workers = available_parallelism().map_or(1, |cores| (cores.get() / 2).clamp(1, PLACES / 2));
        Self::with_room(cost, workers, PLACES - workers)
    }

    fn with_room(cost: PasswordCost, workers: usize, queue: usize) -> Self {
        Self {
            cost,
            decoy: cost.decoy().into(),
            workers: Arc::new(Semaphore::new(workers)),
            places: Arc::new(Semaphore::new(workers + queue)),
            done: AtomicU64::new(0),
        }
    }

    /// A new password's hash.
    pub async fn hash(&self, deadline: Deadline, password: &str) -> Result<String, CredentialError> {
        Ok(self.turn(deadline).await?.hash(password).await?)
    }

    /// Waits for a turn to work on a password. What is known of the address should be looked up after this.
    pub async fn turn(&self, deadline: Deadline) -> Result<Turn<'_>, CredentialError> {
        Ok(Turn { work: self, permits: self.permits(deadline).await? })
    }

    /// How many hashes were made.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    async fn permits(&self, deadline: Deadline) -> Result<Permits, CredentialError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| CredentialError::Busy)?;
        let worker = Arc::clone(&self.workers).acquire_owned();
        let worker = within(deadline.remaining(), worker).await?.map_err(Fault::because)?;
        Ok((place, worker))
    }

    async fn run<T: Send + 'static>(
        &self,
        permits: Permits,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Permits), Fault> {
        self.done.fetch_add(1, Ordering::Relaxed);
        // The permits go along: nobody may wait for the outcome any more.
        Ok(spawn_blocking(move || (work(), permits)).await?)
    }
}

/// The right to check one password, and then to set another.
pub struct Turn<'a> {
    work: &'a PasswordWork,
    permits: Permits,
}

impl Turn<'_> {
    /// The turn again if the password made this hash. Without one, the same work is done for nothing.
    pub async fn matches(self, password: &str, phc: Option<String>) -> Result<Option<Self>, Fault> {
        let Self { work, permits } = self;
        let (cost, decoy, password) = (work.cost, Arc::clone(&work.decoy), password.to_owned());
        let check = move || cost.matches(&password, phc.as_deref().unwrap_or(&decoy));
        let (is_right, permits) = work.run(permits, check).await?;
        Ok(is_right.then_some(Self { work, permits }))
    }

    /// A new password's hash.
    pub async fn hash(self, password: &str) -> Result<String, Fault> {
        let (cost, salt, password) = (self.work.cost, random::<SALT_BYTES>()?, password.to_owned());
        let (hash, _permits) = self.work.run(self.permits, move || cost.hash(&password, salt)).await?;
        hash.map_err(Fault::because)
    }
}

async fn within<T>(span: Duration, future: impl Future<Output = T>) -> Result<T, Fault> {
    tokio::time::timeout(span, future).await.map_err(|_| Fault::Timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: PasswordCost = PasswordCost { memory_kib: 8, passes: 1, lanes: 1 };

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(60))
    }

    #[tokio::test]
    async fn a_full_queue_answers_busy_and_a_passed_deadline_is_a_timeout() {
        let work = PasswordWork::with_room(QUICK, 1, 1);
        let turn = work.turn(soon()).await.unwrap();
        assert_eq!(work.hash(Deadline::after(Duration::ZERO), "x").await, Err(CredentialError::Timeout));
        let place = Arc::clone(&work.places).try_acquire_owned().unwrap();
        assert_eq!(work.hash(soon(), "x").await, Err(CredentialError::Busy));
        drop((turn, place));
        let phc = work.hash(soon(), "x").await.unwrap();
        assert!(work.turn(soon()).await.unwrap().matches("x", Some(phc)).await.unwrap().is_some());
        assert!(work.turn(soon()).await.unwrap().matches("x", None).await.unwrap().is_none());
        assert_eq!(work.done(), 3, "a check against nothing is work too");
    }
}
