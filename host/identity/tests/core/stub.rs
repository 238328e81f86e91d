//! A peer that answers whatever a test wants, well-formed or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Ends with the test.
pub struct Stub {
    pub address: String,
    requests: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Stub {
    /// Answers each request by its number and its path; nothing keeps the connection open without an answer.
    pub async fn start(answer: impl Fn(u32, &str) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU32::new(0));
        let (counter, answer) = (requests.clone(), Arc::new(answer));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, number, answer.clone()));
            }
        });
        Self { address, requests, task }
    }

    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer that closes its connection.
pub fn reply(status: &str, body: &str) -> Option<String> {
    let length = body.len();
    Some(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"))
}

/// What a core answers to the first question of all.
pub fn versions(list: &str) -> Option<String> {
    reply("200 OK", &format!("{{\"versions\":[{list}]}}"))
}

async fn serve(
    mut stream: TcpStream,
    number: u32,
    answer: Arc<impl Fn(u32, &str) -> Option<String> + Send + Sync + 'static>,
) {
    let mut head = Vec::with_capacity(4096);
    stream.read_buf(&mut head).await.unwrap();
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default();
    match answer(number, path) {
        Some(text) => stream.write_all(text.as_bytes()).await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}
