//! What is asked of the core about people: addresses and passwords. One function per call, no decisions.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::Fault;
use super::answer::Answer;
use super::client::CoreClient;
use crate::identity::IdentityCall;

/// How people sign in here; a core may know others.
const RECIPE: &str = "emailpassword";

/// Somebody whom the core knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// Their address.
    pub email: String,
    /// Whether it is verified.
    pub verified: bool,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is done.
    Done,
    /// Somebody else has the address.
    EmailTaken,
    /// The core does not know the user.
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    login_methods: Vec<LoginMethod>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginMethod {
    recipe_id: String,
    /// Of a user whom another program made it may be any text.
    recipe_user_id: String,
    email: Option<String>,
    #[serde(default)]
    verified: bool,
}

#[derive(Deserialize)]
struct OneUser {
    user: User,
}

#[derive(Deserialize)]
struct SeveralUsers {
    users: Vec<User>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedIn {
    recipe_user_id: String,
}

/// Makes a user; none when the address is taken.
pub async fn sign_up(
    core: &CoreClient,
    call: &IdentityCall,
    email: &str,
    password: &str,
) -> Result<Option<Uuid>, Fault> {
    let body = json!({"email": email, "password": password});
    let answer = core.post(call, "/public/recipe/signup", body).await?;
    let user = signed_in(&answer, "EMAIL_ALREADY_EXISTS_ERROR")?;
    user.map(|id| Uuid::parse_str(&id).map_err(|_| answer.strange())).transpose()
}

/// The user whose address and password these are.
pub async fn sign_in(
    core: &CoreClient,
    call: &IdentityCall,
    email: &str,
    password: &str,
) -> Result<Option<Uuid>, Fault> {
    let body = json!({"email": email, "password": password});
    let answer = core.post(call, "/public/recipe/signin", body).await?;
    Ok(signed_in(&answer, "WRONG_CREDENTIALS_ERROR")?.and_then(|id| Uuid::parse_str(&id).ok()))
}

/// Who has an address; none also when it is somebody who cannot be ours.
pub async fn find_by_email(
    core: &CoreClient,
    call: &IdentityCall,
    email: &str,
) -> Result<Option<Person>, Fault> {
    Ok(methods_of(core, call, email).await?.find_map(LoginMethod::person))
}

/// Whether anybody has an address, whoever made them.
pub async fn is_taken(core: &CoreClient, call: &IdentityCall, email: &str) -> Result<bool, Fault> {
    Ok(methods_of(core, call, email).await?.next().is_some())
}

async fn methods_of(
    core: &CoreClient,
    call: &IdentityCall,
    email: &str,
) -> Result<impl Iterator<Item = LoginMethod>, Fault> {
    let query = [("email", email), ("doUnionOfAccountInfo", "false")];
    let answer = core.get(call, "/public/users/by-accountinfo", &query).await?;
    match answer.status() {
        "OK" => {
            let methods =
                answer.read::<SeveralUsers>()?.users.into_iter().flat_map(|user| user.login_methods);
            Ok(methods
                .filter(move |method| method.recipe_id == RECIPE && method.email.as_deref() == Some(email)))
        }
        _ => Err(answer.strange()),
    }
}

/// The user of an id.
pub async fn find_by_id(core: &CoreClient, call: &IdentityCall, user: Uuid) -> Result<Option<Person>, Fault> {
    let answer = core.get(call, "/user/id", &[("userId", &user.to_string())]).await?;
    match answer.status() {
        "OK" => {
            let methods = answer.read::<OneUser>()?.user.login_methods.into_iter();
            let mut ours = methods.filter(|method| method.recipe_id == RECIPE);
            Ok(ours.find_map(|method| method.person().filter(|person| person.id == user)))
        }
        "UNKNOWN_USER_ID_ERROR" => Ok(None),
        _ => Err(answer.strange()),
    }
}

/// Gives a user an address.
pub async fn set_email(
    core: &CoreClient,
    call: &IdentityCall,
    user: Uuid,
    email: &str,
) -> Result<Change, Fault> {
    changed(&core.put(call, "/recipe/user", json!({"recipeUserId": user, "email": email})).await?)
}

/// Gives a user a password.
pub async fn set_password(
    core: &CoreClient,
    call: &IdentityCall,
    user: Uuid,
    password: &str,
) -> Result<Change, Fault> {
    changed(&core.put(call, "/recipe/user", json!({"recipeUserId": user, "password": password})).await?)
}

/// Removes a user and all that is theirs. None is fine.
pub async fn remove(core: &CoreClient, call: &IdentityCall, user: Uuid) -> Result<(), Fault> {
    let answer = core.post(call, "/user/remove", json!({"userId": user})).await?;
    if answer.status() == "OK" { Ok(()) } else { Err(answer.strange()) }
}

impl LoginMethod {
    /// Whose it is, unless they cannot be ours.
    fn person(self) -> Option<Person> {
        let id = Uuid::parse_str(&self.recipe_user_id).ok()?;
        Some(Person { id, email: self.email?, verified: self.verified })
    }
}

fn signed_in(answer: &Answer, refusal: &str) -> Result<Option<String>, Fault> {
    match answer.status() {
        "OK" => Ok(Some(answer.read::<SignedIn>()?.recipe_user_id)),
        status if status == refusal => Ok(None),
        _ => Err(answer.strange()),
    }
}

fn changed(answer: &Answer) -> Result<Change, Fault> {
    match answer.status() {
        "OK" => Ok(Change::Done),
        "EMAIL_ALREADY_EXISTS_ERROR" => Ok(Change::EmailTaken),
        "UNKNOWN_USER_ID_ERROR" => Ok(Change::Unknown),
        _ => Err(answer.strange()),
    }
}
