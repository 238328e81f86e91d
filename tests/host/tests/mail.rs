//! Letters from a feature to a mail server of another make: what arrives, how often, and what becomes of those that do
//! not.

#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use p2p_context::{Deadline, FeatureName, FixedClock, Timestamp};
use p2p_identity::{Identity as _, IdentityCall};
use p2p_jobs::{Deliveries, Login, Security, SmtpSettings, Worker};
use p2p_runtime::{EventAnswer, FeatureEvent, MAIL_TOPIC};
use p2p_tenants::{Grant, Installation, Tenant};
use p2p_test_support::chosen;
use p2p_test_support::host::{TestHost, installation, tenant};
use p2p_test_support::made::{self, HANDLER};
use p2p_test_support::people::{Answer, Person};
use p2p_test_support::smtp::SmtpServer;
use serde_json::{Value, json};
use uuid::Uuid;

const LINK: &str = "https://app.example/in?token=a-b_c&tenantId=public";

/// A host whose clock stands still, with a feature that may write to anybody.
struct Stage {
    host: TestHost,
    clock: Arc<FixedClock>,
    person: Person,
}

fn writer() -> Tenant {
    let mut tenant = tenant("main", &["*"], &["hostile"]);
    for feature in tenant.features.values_mut() {
        feature.grants.insert(Grant::Credentials);
    }
    tenant
}

fn letter(address: &str, language: &str, name: &str) -> Value {
    let values = json!({"name": name, "link": LINK});
    json!({"address": address, "language": language, "template": "letter", "values": values})
}

fn hostile() -> FeatureName {
    FeatureName::new("hostile").unwrap()
}

impl Stage {
    async fn set(tenant: Tenant) -> Self {
        let clock = Arc::new(FixedClock::at(Timestamp(1_790_000_000_000_000)));
        let host = TestHost::start_at(vec![tenant], Arc::clone(&clock) as Arc<dyn p2p_context::Clock>).await;
        let person = Person::nobody(&host.url(""), "localhost");
        Self { host, clock, person }
    }

    async fn queue(&self, letter: &Value) -> Answer {
        self.person.post("/hostile/mail", letter).await
    }

    async fn worker(&self, server: &SmtpServer, settings: SmtpSettings) -> Worker {
        self.host.worker_with(&self.host.tenant(), server.mailer(settings)).await
    }

    async fn deliveries(&self) -> Deliveries {
        Deliveries::open(self.host.stores.as_ref(), &self.host.tenant()).await.unwrap()
    }

    /// Letters in the outbox.
    async fn waiting(&self) -> usize {
        let outbox = self.host.runtime.outbox(&self.host.tenant(), &hostile()).unwrap();
        let pending = outbox.pending(100).await.unwrap();
        pending.iter().filter(|event| event.event.topic == MAIL_TOPIC).count()
    }
}

/// What stands in a message under these names, read by Python's own library.
async fn read(message: &str) -> Value {
    let program = "import email, email.policy, json, sys\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
        h = {n.lower(): str(v) for n, v in m.items()}\n\
        print(json.dumps({'headers': h, 'kind': m.get_content_type(), 'defects': len(m.defects),\n\
            'text': m.get_body(('plain',)).get_content(), 'html': m.get_body(('html',)).get_content()}))";
    let mut python = tokio::process::Command::new(p2p_test_support::built::python());
    let mut python = python
        .args(["-c", program])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut input, message.as_bytes()).await.unwrap();
    drop(input);
    serde_json::from_slice(&python.wait_with_output().await.unwrap().stdout).unwrap()
}

#[tokio::test]
async fn a_letter_arrives_with_both_parts_and_arabic_intact() {
    let (stage, server) = (Stage::set(writer()).await, SmtpServer::start(&[]).await);
    stage.queue(&letter("sara@mail.example", "ar", "سارة <b>")).await.expect(200);
    stage.worker(&server, server.settings(Security::None)).await.drain().await.unwrap();
    let [message] = &server.taken()[..] else { panic!("one message") };
    assert!(message.is_ascii(), "every server can pass it on");
    let read = read(message).await;
    let header = |name: &str| read["headers"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(header("subject"), "رسالة إلى سارة <b>");
    assert_eq!(
        (header("to"), header("from")),
        ("sara@mail.example".into(), "المنصة <post@works.example>".into())
    );
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert_eq!(header("content-language"), "ar");
    assert_eq!(header("date"), "Mon, 21 Sep 2026 14:13:20 +0000");
    assert!(header("message-id").ends_with("@works.example>"), "{read}");
    assert_eq!((read["kind"].as_str(), read["defects"].as_i64()), (Some("multipart/alternative"), Some(0)));
    let (text, html) = (read["text"].as_str().unwrap(), read["html"].as_str().unwrap());
    assert!(text.contains("مرحبًا **سارة <b>**،") && text.contains(&format!("<{LINK}>")), "{text}");
    assert!(html.contains("dir=\"rtl\"") && html.contains("<strong>سارة &lt;b&gt;</strong>"), "{html}");
    assert_eq!(html.matches(&format!("href=\"{}\"", LINK.replace('&', "&amp;"))).count(), 2, "{html}");
}

#[tokio::test]
async fn a_letter_whose_event_is_noted_again_does_not_go_out_again() {
    let (stage, server) = (Stage::set(writer()).await, SmtpServer::start(&[]).await);
    stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(200);
    // What a store that fails behind the note leaves: the event is sent, and still lies in its outbox.
    let outbox = stage.host.runtime.outbox(&stage.host.tenant(), &hostile()).unwrap();
    let event = outbox.pending(1).await.unwrap().remove(0);
    let worker = stage.worker(&server, server.settings(Security::None)).await;
    worker.drain().await.unwrap();
    let mailer = FeatureName::new("mail").unwrap();
    stage.deliveries().await.note(&hostile(), &[(&event, mailer)]).await.unwrap();
    worker.drain().await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn an_encrypted_connection_with_a_login_is_used() {
    let (stage, server) = (
        Stage::set(writer()).await,
        SmtpServer::start(&["--starttls", "--login", "post:correct horse"]).await,
    );
    let login = |password: &str| Some(Login { user: "post".to_owned(), password: password.to_owned() });
    let right = SmtpSettings { login: login("correct horse"), ..server.settings(Security::StartTls) };
    let wrong = SmtpSettings { login: login("wrong horse"), ..right.clone() };
    let strange = SmtpSettings { authorities: None, ..right.clone() };
    assert_eq!(server.mailer(right.clone()).check().await, Ok(()));
    let refused = server.mailer(wrong.clone()).check().await.unwrap_err();
    assert!(refused.contains("535") && !refused.contains("horse"), "{refused}");
    let distrusted = server.mailer(strange).check().await.unwrap_err();
    assert!(distrusted.contains("certificate"), "{distrusted}");
    stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(200);
    stage.worker(&server, wrong).await.drain().await.unwrap();
    assert_eq!(
        stage.deliveries().await.waiting(10).await.unwrap().len(),
        1,
        "a wrong login is not the letter's fault"
    );
    stage.clock.advance(Duration::from_secs(60));
    stage.worker(&server, right).await.drain().await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn a_connection_is_encrypted_from_the_first_byte_where_that_is_said() {
    let server = SmtpServer::start(&["--tls"]).await;
    assert_eq!(server.mailer(server.settings(Security::Tls)).check().await, Ok(()));
    let plain = SmtpServer::start(&[]).await;
    let settings = SmtpSettings { port: plain.port, ..server.settings(Security::StartTls) };
    let refused = server.mailer(settings).check().await.unwrap_err();
    assert!(refused.contains("STARTTLS"), "never readable where it should be encrypted: {refused}");
}

#[tokio::test]
async fn a_letter_that_is_refused_for_now_arrives_once() {
    let (stage, server) = (Stage::set(writer()).await, SmtpServer::start(&["--refuse-once", "451"]).await);
    stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(200);
    let worker = stage.worker(&server, server.settings(Security::None)).await;
    worker.drain().await.unwrap();
    let waiting = stage.deliveries().await.waiting(10).await.unwrap();
    assert!(waiting[0].last_error.contains("451"), "{}", waiting[0].last_error);
    assert!(server.taken().is_empty());
    for _ in 0..2 {
        stage.clock.advance(Duration::from_secs(60));
        worker.drain().await.unwrap();
    }
    assert_eq!(server.taken().len(), 1);
    assert!(stage.deliveries().await.waiting(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_a_dead_letter() {
    let (stage, server) = (Stage::set(writer()).await, SmtpServer::start(&["--refuse", "550"]).await);
    stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(200);
    stage.worker(&server, server.settings(Security::None)).await.drain().await.unwrap();
    let dead = stage.deliveries().await.dead(10).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts, dead[0].topic.as_str()), (1, 1, MAIL_TOPIC));
    assert!(dead[0].last_error.contains("550"), "{}", dead[0].last_error);
    let payload = String::from_utf8(dead[0].payload.clone()).unwrap();
    assert!(!payload.contains("sara") && !payload.contains("token"), "{payload}");
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again_and_a_template_without_its_value_is_not() {
    let (stage, server) = (Stage::set(writer()).await, SmtpServer::start(&[]).await);
    stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(200);
    let nameless =
        json!({"address": "omar@mail.example", "language": "en", "template": "letter", "values": {}});
    stage.queue(&nameless).await.expect(200);
    let settings = server.settings(Security::None);
    let worker = stage.worker(&server, settings).await;
    drop(server);
    worker.drain().await.unwrap();
    let deliveries = stage.deliveries().await;
    assert_eq!(deliveries.waiting(10).await.unwrap().len(), 1);
    let dead = deliveries.dead(10).await.unwrap();
    assert!(dead[0].last_error.contains("`name`"), "{}", dead[0].last_error);
}

#[tokio::test]
async fn without_a_server_letters_are_files() {
    let stage = Stage::set(writer()).await;
    stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(200);
    stage.host.worker(&stage.host.tenant()).await.drain().await.unwrap();
    let files: Vec<_> =
        std::fs::read_dir(stage.host.mail_folder()).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("20260921T141320") && name.ends_with(".eml"), "{name}");
    assert_eq!(
        read(&std::fs::read_to_string(file).unwrap()).await["headers"]["subject"],
        "A letter for Sara"
    );
}

/// Somebody who signed up, without a feature that keeps people.
async fn sign_up(host: &TestHost, email: &str) -> Uuid {
    let call = IdentityCall::new(host.tenant(), Deadline::after(Duration::from_secs(30)));
    let user = host.identity.credential_create(&call, email, "correct horse 7").await.unwrap();
    host.identity.credential_activate(&call, user).await.unwrap();
    user
}

/// The feature as one that keeps people, and the languages they read.
fn keeping_people(host: &TestHost) -> Installation {
    let mut installation = installation("hostile");
    let step = "CREATE TABLE people (id BLOB PRIMARY KEY, language TEXT); \
        CREATE VIEW directory_users AS SELECT id, language FROM people";
    let bytes = made::remade(&std::fs::read(&installation.file).unwrap(), |manifest| {
        manifest.insert("directory".to_owned(), json!(true));
        let steps = manifest["migrations"].as_array_mut().unwrap();
        let version = steps.len() + 1;
        steps.push(json!({"version": version, "name": "people", "sqlite": step, "postgres": step.replace("BLOB", "uuid")}));
    });
    installation.file = host.folder().join("people.wasm");
    std::fs::write(&installation.file, bytes).unwrap();
    installation
}

#[tokio::test]
async fn a_user_gets_letters_where_they_signed_up_and_in_their_language() {
    let stage = Stage::set(tenant("main", &["*"], &["hostile"])).await;
    let sara = sign_up(&stage.host, "Sara@Works.example").await;
    let letter = json!({"user": sara, "template": "letter", "values": {"name": "Sara", "link": LINK}});
    stage.queue(&letter).await.expect(200);
    stage.host.runtime.install(&stage.host.tenant(), &keeping_people(&stage.host)).await.unwrap();
    stage.queue(&letter).await.expect(200);
    let id = if chosen::is_production() { format!("'{sara}'") } else { format!("x'{}'", sara.simple()) };
    let sql = format!("INSERT INTO people (id, language) VALUES ({id}, 'ar')");
    stage.person.post("/hostile/sql", &json!({"sql": sql, "write": true})).await.expect(200);
    stage.queue(&letter).await.expect(200);
    stage.host.worker(&stage.host.tenant()).await.drain().await.unwrap();
    let mut subjects = Vec::new();
    for file in std::fs::read_dir(stage.host.mail_folder()).unwrap() {
        let headers = read(&std::fs::read_to_string(file.unwrap().path()).unwrap()).await["headers"].clone();
        assert_eq!(headers["to"], "sara@works.example");
        subjects.push(headers["subject"].as_str().unwrap().to_owned());
    }
    subjects.sort();
    assert_eq!(subjects, ["A letter for Sara", "A letter for Sara", "رسالة إلى Sara"]);
    let nobody = json!({"user": Uuid::nil(), "template": "letter", "values": {}});
    assert_eq!(stage.queue(&nobody).await.expect(422).json["error"], "rejected");
}

#[tokio::test]
async fn an_event_queues_its_letter_once_however_often_it_comes() {
    let stage = Stage::set(writer()).await;
    let payload = json!({"do": "mail", "letter": letter("sara@mail.example", "en", "Sara")});
    let event = FeatureEvent {
        id: Uuid::from_u128(1),
        topic: "hostile.thing.happened".to_owned(),
        key: "k".to_owned(),
        payload: payload.to_string().into_bytes(),
        committed_at: Timestamp(0),
        attempt: 1,
    };
    for expected in [EventAnswer::Recorded, EventAnswer::Done] {
        let answer = stage.host.runtime.deliver(&stage.host.context(), &hostile(), event.clone()).await;
        assert_eq!(answer.unwrap(), expected);
    }
    assert_eq!(stage.waiting().await, 1);
    let outbox = stage.host.runtime.outbox(&stage.host.tenant(), &hostile()).unwrap();
    assert!(outbox.is_handled(event.id).await.unwrap(), "kept in one commit with the letter");
}

#[tokio::test]
async fn what_may_not_be_queued_is_rejected() {
    let stage = Stage::set(writer()).await;
    let right = letter("sara@mail.example", "en", "Sara");
    let but = |member: &str, value: Value| {
        let mut letter = right.clone();
        letter[member] = value;
        letter
    };
    for wrong in [
        but("template", json!("letters")),
        but("language", json!("fr")),
        but("address", json!("sara")),
        but("address", json!("sara@mail.example\r\nBcc: eve@mail.example")),
        but("values", json!({"name": 7})),
        but("values", json!("name")),
        but("values", json!({"name": "x".repeat(17 << 10)})),
        but("user", json!("nobody")),
        but("copies", json!(65)),
    ] {
        assert_eq!(stage.queue(&wrong).await.expect(422).json["error"], "rejected", "{wrong}");
    }
    assert_eq!(stage.waiting().await, 64, "as many as a call may queue, and none of the others");
    let forged = json!({"topic": MAIL_TOPIC, "key": "k", "payload": {"sealed": ""}});
    assert_eq!(stage.person.post("/hostile/emit", &forged).await.expect(422).json["error"], "denied");
}

#[tokio::test]
async fn who_does_not_keep_accounts_writes_to_users_only() {
    let stage = Stage::set(tenant("main", &["*"], &["hostile"])).await;
    let refused = stage.queue(&letter("sara@mail.example", "en", "Sara")).await.expect(422);
    assert_eq!(refused.json["error"], "rejected");
    assert_eq!(stage.waiting().await, 0);
}

#[tokio::test]
async fn who_is_not_granted_mail_cannot_import_it() {
    let host = TestHost::empty().await;
    let import = format!(r#"(import "p2p:platform/mail@0.1.1" (instance)) {HANDLER}"#);
    let file = host.folder().join("made.wasm");
    std::fs::write(&file, made::component(&import, &made::manifest("made", "0.1.1"))).unwrap();
    let mut installation = installation("hostile");
    (installation.file, installation.grants) = (file, [Grant::Sql].into());
    let refused = host.runtime.install(&host.tenant(), &installation).await.unwrap_err().to_string();
    assert!(refused.contains("p2p:platform/mail@0.1.1") && refused.contains("not granted"), "{refused}");
}
