//! The moment of a death: in the middle of what several writers do, and each time in another part of it.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use crate::server::Server;

/// So many milliseconds after the first acknowledgement of a round its server dies. Meanwhile each writer is somewhere in the next
/// sign-up, so that the deaths lie all over one.
pub const MOMENTS: [u64; 8] = [0, 7, 16, 29, 44, 62, 88, 140];

/// By this a writer tells that something was acknowledged.
pub type Bell = UnboundedSender<()>;

/// A bell, and whoever listens to it.
pub fn bell() -> (Bell, UnboundedReceiver<()>) {
    mpsc::unbounded_channel()
}

/// Kills the server so many milliseconds after the first acknowledgement; what its writers had to say.
pub async fn die<T: 'static>(
    server: Server,
    writers: JoinSet<Vec<T>>,
    mut rung: UnboundedReceiver<()>,
    after: u64,
) -> Vec<T> {
    // None: every writer has ended without any, which is for the caller to find out.
    let _ = rung.recv().await;
    // Not to wait for anything: it chooses the moment.
    tokio::time::sleep(Duration::from_millis(after)).await;
    server.kill();
    writers.join_all().await.into_iter().flatten().collect()
}
