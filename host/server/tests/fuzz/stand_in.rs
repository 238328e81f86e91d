//! A server that tells one thing and answers another, each of its operations in a way of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

/// What is wrong with each, in the words of Schemathesis.
pub const WRONG: [(&str, &str); 6] = [
    ("GET /api/v1/fault", "ST101 Server error"),
    ("GET /api/v1/status", "ST103 Undocumented status code"),
    ("GET /api/v1/type", "ST105 Undocumented Content-Type"),
    ("GET /api/v1/shape", "ST108 Response violates schema"),
    ("GET /api/v1/lenient", "ST201 Schema-violating request accepted"),
    ("GET /api/v1/closed", "Authentication failed"),
];

/// See the module. Ends with the test.
pub struct StandIn {
    /// Where it listens.
    pub url: String,
    is_over: Arc<AtomicBool>,
}

impl StandIn {
    /// It listens.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::Relaxed) {
                    break;
                }
                // Who goes away before the answer is their own affair.
                let _ = serve(stream);
            }
        });
        Self { url, is_over }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes it.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

/// One request, one answer, and the end.
fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let (status, media_type, body) = answer(method, path);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nallow: GET\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len(),
    )
}

fn answer(method: &str, path: &str) -> (&'static str, &'static str, String) {
    let (json, well) = ("application/json", json!({"name": "so"}).to_string());
    match (method, path) {
        ("GET", "/api/v1/openapi.json") => ("200 OK", json, document().to_string()),
        ("GET", "/api/v1/well" | "/api/v1/lenient") => ("200 OK", json, well),
        ("GET", "/api/v1/fault") => ("500 Internal Server Error", json, well),
        ("GET", "/api/v1/closed") => ("401 Unauthorized", json, well),
        ("GET", "/api/v1/status") => ("202 Accepted", json, well),
        ("GET", "/api/v1/type") => ("200 OK", "text/plain", well),
        ("GET", "/api/v1/shape") => ("200 OK", json, json!({"name": 7}).to_string()),
        ("GET", _) => ("404 Not Found", json, "{}".to_owned()),
        _ => ("405 Method Not Allowed", json, "{}".to_owned()),
    }
}

fn document() -> Value {
    let shape = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}});
    let content = json!({"application/json": {"schema": shape}});
    let number = json!({"name": "count", "in": "query", "required": true, "schema": {"type": "integer"}});
    let mut paths = json!({});
    for name in ["well", "fault", "status", "type", "shape", "lenient", "closed"] {
        let mut operation = json!({"responses": {"200": {"description": "It.", "content": content}}});
        if name == "lenient" {
            operation["parameters"] = json!([number]);
        }
        paths[format!("/api/v1/{name}")] = json!({"get": operation});
    }
    // A fault may even be told: it is one all the same. And who is refused everything has looked at nothing.
    for (path, status) in [("/api/v1/fault", "500"), ("/api/v1/closed", "401")] {
        paths[path]["get"]["responses"][status] = json!({"description": "No.", "content": content});
    }
    json!({"openapi": "3.1.0", "info": {"title": "A stand-in", "version": "1"}, "paths": paths})
}
