//! What becomes of people in an organization while they use it: roles, the last admin, invitations, forgotten passwords,
//! and what is counted of them.

#![cfg(test)]

use p2p_test_support::host::TestHost;
use p2p_test_support::letters;
use p2p_test_support::people::{Answer, Person, signup, topic};
use reqwest::Method;
use serde_json::json;

async fn founded() -> (TestHost, Person) {
    let host = TestHost::with(&["accounts", "forums"]).await;
    let sara = Person::founder(&host.url(""), "localhost", "a@works.example").await;
    host.worker(&host.tenant()).await.drain().await.unwrap();
    (host, sara)
}

async fn make(admin: &Person, of: &Person, role: &str) -> Answer {
    admin.patch(&format!("/users/{}", id(of)), &json!({ "role": role })).await
}

async fn refresh(person: &Person) -> Answer {
    let bearer = format!("Bearer {}", person.refresh.as_ref().unwrap());
    let headers = [("authorization", bearer.as_str())];
    person.with_token(None).send(Method::POST, "/auth/refresh", None, &headers).await
}

/// Asked to refresh by the very next request, and then with new tokens.
async fn refreshed(person: &Person) -> Person {
    let refused = person.get("/users/me").await.expect(401);
    assert_eq!(refused.code(), "TRY_REFRESH");
    let mut refreshed = person.signed_in(&refresh(person).await.expect(200));
    refreshed.profile = person.profile.clone();
    refreshed
}

fn id(person: &Person) -> &str {
    person.profile["user"]["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_new_role_holds_from_the_very_next_request() {
    let (host, sara) = founded().await;
    let omar = sara.colleague(&host, &host.tenant(), "m@works.example").await;
    omar.get("/users").await.expect(403);
    make(&sara, &omar, "admin").await.expect(200);
    let admin = refreshed(&omar).await;
    admin.get("/users").await.expect(200);
    make(&sara, &omar, "member").await.expect(200);
    let member = refreshed(&admin).await;
    member.get("/users").await.expect(403);
    member.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_at_once() {
    let (host, sara) = founded().await;
    let omar = sara.colleague(&host, &host.tenant(), "m@works.example").await;
    omar.get("/users/me").await.expect(200);
    sara.send(Method::DELETE, &format!("/users/{}", id(&omar)), None, &[]).await.expect(204);
    let refused = omar.get("/users/me").await.expect(401);
    assert_eq!(
        (refused.code(), &refused.headers["front-token"]),
        ("SESSION_EXPIRED", &"remove".parse().unwrap())
    );
    refresh(&omar).await.expect(401);
    let login = json!({"email": "m@works.example", "password": "correct horse 7"});
    assert_eq!(sara.with_token(None).post("/auth/login", &login).await.code(), "WRONG_CREDENTIALS");
}

#[tokio::test]
async fn two_admins_who_demote_each_other_at_once_leave_one() {
    let (host, sara) = founded().await;
    let omar = sara.colleague(&host, &host.tenant(), "m@works.example").await;
    make(&sara, &omar, "admin").await.expect(200);
    let admin = refreshed(&omar).await;
    let (one, two) = tokio::join!(make(&sara, &admin, "member"), make(&admin, &sara, "member"));
    let (winner, lost) = if one.status == 200 { (&sara, two) } else { (&admin, one) };
    // The one who came second is no admin any more: by their token already, or only in the commit.
    assert!(["TRY_REFRESH", "BAD_STATE"].contains(&lost.code()), "{}", lost.text);
    assert_eq!(winner.get("/organizations/stats").await.expect(200).json["users"]["admins"], 1);
}

#[tokio::test]
async fn a_topic_is_counted_once_its_event_is_heard() {
    let (host, sara) = founded().await;
    let topics = async || sara.get("/organizations/stats").await.expect(200).json["topics"].clone();
    sara.post("/forums/topics", &topic("Bearings of an old press")).await.expect(201);
    assert_eq!(topics().await, 0);
    for _ in 0..2 {
        host.worker(&host.tenant()).await.drain().await.unwrap();
        assert_eq!(topics().await, 1);
    }
}

#[tokio::test]
async fn an_invitation_that_is_accepted_twice_at_once_makes_one_user() {
    let (host, sara) = founded().await;
    let invitation =
        json!({"email": "m@works.example", "firstName": "Omar", "lastName": "Q", "role": "member"});
    sara.post("/users/invite", &invitation).await.expect(201);
    host.worker(&host.tenant()).await.drain().await.unwrap();
    let token = letters::token(&host.mail_folder(), "invitation").unwrap();
    let nobody = sara.with_token(None);
    let accept = async |password: &str| {
        let mut form = signup("m@works.example");
        form["inviteToken"] = json!(token);
        form["password"] = json!(password);
        nobody.post("/auth/signup", &form).await
    };
    let mut passwords = ["correct horse 7", "another horse 8"];
    let (one, two) = tokio::join!(accept(passwords[0]), accept(passwords[1]));
    let lost = if one.status == 201 {
        two
    } else {
        passwords.reverse();
        two.expect(201);
        one
    };
    assert!(["EMAIL_TAKEN", "TOKEN_INVALID"].contains(&lost.code()), "{}", lost.text);
    assert_eq!(sara.get("/organizations/stats").await.expect(200).json["users"]["total"], 2);
    for (password, status) in passwords.into_iter().zip([200, 400]) {
        let login = json!({"email": "m@works.example", "password": password});
        nobody.post("/auth/login", &login).await.expect(status);
    }
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nobody_whether_the_address_is_known() {
    let (host, sara) = founded().await;
    let before = letters::files(&host.mail_folder()).len();
    let ask = async |email: &str| {
        let answer = sara.with_token(None).post("/auth/reset-password", &json!({ "email": email })).await;
        let mut headers = answer.headers;
        for own in ["x-request-id", "date"] {
            assert!(headers.remove(own).is_some(), "{own}");
        }
        (answer.status, answer.text, headers)
    };
    let known = ask("a@works.example").await;
    assert_eq!((known.0, &known), (200, &ask("b@works.example").await));
    host.worker(&host.tenant()).await.drain().await.unwrap();
    assert_eq!(letters::files(&host.mail_folder()).len(), before + 1);
    let token = letters::token(&host.mail_folder(), "reset-password").unwrap();
    let new = json!({"token": token, "newPassword": "another horse 8"});
    sara.with_token(None).post("/auth/reset-password/confirm", &new).await.expect(200);
    sara.get("/users/me").await.expect(401);
}
