//! A wire to a store that can be made long: what the store says arrives so much later, as it would from far away.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// See the module. Ends with the test's runtime.
pub struct Wire {
    address: SocketAddr,
    /// Of what the store says, milliseconds.
    delay: Arc<AtomicU64>,
}

impl Wire {
    /// To the server that a URL names.
    pub async fn to(url: &str) -> Self {
        let far = place(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let delay = Arc::new(AtomicU64::new(0));
        let shared = Arc::clone(&delay);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&far).await.unwrap();
                carry(near, far, &shared);
            }
        });
        Self { address, delay }
    }

    /// The URL by way of this wire.
    pub fn url(&self, url: &str) -> String {
        url.replacen(place(url), &self.address.to_string(), 1)
    }

    /// From now on.
    pub fn delay(&self, by: Duration) {
        self.delay.store(u64::try_from(by.as_millis()).unwrap(), Relaxed);
    }
}

/// Host and port in a URL.
fn place(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    let authority = rest.split('/').next().unwrap();
    authority.rsplit('@').next().unwrap()
}

fn carry(near: TcpStream, far: TcpStream, delay: &Arc<AtomicU64>) {
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (from_near, to_near) = near.into_split();
    let (from_far, to_far) = far.into_split();
    tokio::spawn(pass(from_near, to_far, Arc::default()));
    tokio::spawn(pass(from_far, to_near, Arc::clone(delay)));
}

/// A long wire holds much at once: what is said later does not wait for what was said before to arrive.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Arc<AtomicU64>) {
    let (said, mut heard) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((at, bytes)) = heard.recv().await {
            sleep_until(at).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let at = Instant::now() + Duration::from_millis(delay.load(Relaxed));
        if said.send((at, buffer[..length].to_vec())).is_err() {
            return;
        }
    }
}
