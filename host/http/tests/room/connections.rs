//! Real connections: what is too much or too slow is closed cleanly, and a shutdown lets requests finish.

use std::net::SocketAddr;
use std::time::Duration;

use p2p_http::listener::{Drained, serve};
use p2p_http::{HttpLimits, HttpOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::house::House;

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<Drained>,
    _house: House,
}

async fn run(limits: HttpLimits) -> Running {
    let house = House::with(HttpOptions { limits, ..HttpOptions::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let server = tokio::spawn(serve(house.app.clone(), listener, stop.clone().cancelled_owned()));
    Running { address, stop, server, _house: house }
}

/// Everything the server says until it closes.
async fn say(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    hear(&mut stream).await
}

async fn hear(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset after the answer is an end, too.
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

const GET: &str = "GET /health/live HTTP/1.1\r\nhost: acme.example\r\n";

#[tokio::test]
async fn too_many_or_too_long_headers_are_431() {
    let running = run(HttpLimits::default()).await;
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    assert!(say(running.address, &format!("{GET}{many}\r\n")).await.starts_with("HTTP/1.1 431"));
    let long = format!("x-long: {}\r\n", "y".repeat(64 << 10));
    assert!(say(running.address, &format!("{GET}{long}\r\n")).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn what_is_not_http_is_closed() {
    let running = run(HttpLimits::default()).await;
    assert!(say(running.address, "\x16\x03\x01 hello\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    let fine = say(running.address, &format!("{GET}connection: close\r\n\r\n")).await;
    assert!(fine.starts_with("HTTP/1.1 200"), "{fine}");
}

#[tokio::test]
async fn errors_arrive_whole() {
    let running = run(HttpLimits::default()).await;
    let ask = |method: &str| {
        format!("{method} /nothing HTTP/1.1\r\nhost: acme.example\r\nconnection: close\r\n\r\n")
    };
    let said = say(running.address, &ask("GET")).await;
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 404") && head.contains(&format!("content-length: {}\r\n", body.len())),
        "{head}"
    );
    assert!(body.ends_with('}'));
    let said = say(running.address, &ask("HEAD")).await;
    assert!(said.starts_with("HTTP/1.1 404") && said.ends_with("\r\n\r\n"), "{said}");
}

#[tokio::test]
async fn headers_that_drip_are_not_waited_for() {
    let headers = Duration::from_millis(100);
    let running = run(HttpLimits { headers, ..HttpLimits::default() }).await;
    let said = tokio::time::timeout(Duration::from_secs(10), say(running.address, GET)).await;
    assert!(!said.expect("the server closes").starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn connections_past_the_limit_wait_for_a_place() {
    let running = run(HttpLimits { connections: 1, ..HttpLimits::default() }).await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first.write_all(format!("{GET}\r\n").as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    first.read_exact(&mut begun).await.unwrap();
    let ask = format!("{GET}connection: close\r\n\r\n");
    let second = say(running.address, &ask);
    tokio::pin!(second);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut second).await;
    assert!(early.is_err(), "the only place is taken");
    drop(first);
    assert!(second.await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_shutdown_closes_idle_connections_and_lets_requests_finish() {
    let running = run(HttpLimits::default()).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(format!("{GET}\r\n").as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    idle.read_exact(&mut begun).await.unwrap();
    running.stop.cancel();
    assert!(hear(&mut idle).await.ends_with("{\"status\":\"ok\"}"));
    assert_eq!(running.server.await.unwrap(), Drained::Whole);
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let limits = HttpLimits { drain: Duration::from_millis(50), ..HttpLimits::default() };
    let running = run(limits).await;
    let mut half = TcpStream::connect(running.address).await.unwrap();
    half.write_all(GET.as_bytes()).await.unwrap();
    // An answered request on another connection: the half one has been accepted before it.
    say(running.address, &format!("{GET}connection: close\r\n\r\n")).await;
    running.stop.cancel();
    let drained = tokio::time::timeout(Duration::from_secs(10), running.server).await;
    assert!(matches!(drained, Ok(Ok(Drained::Whole | Drained::Cut(1)))));
}
