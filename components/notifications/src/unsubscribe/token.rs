//! The token of a link: whose letters and which, sealed and spelled for a URL. It says so for ever, and can do nothing
//! but stop letters.

use p2p_sdk::{Code, Ctx, Problem, Uuid};

use crate::kind::Kind;
use crate::letters::Values;
use crate::preferences::{Email, Preferences};
use crate::settings::Settings;

/// Longest token that is looked at.
const TEXT_MAX: usize = 512;
const ID_BYTES: usize = 16;
const DIGEST: &str = "digest";

/// Which letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All about one kind.
    Kind(Kind),
    /// Summaries.
    Digest,
}

impl Scope {
    /// A kind's name, or `digest`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.as_str(),
            Self::Digest => DIGEST,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        if name == DIGEST { Some(Self::Digest) } else { Kind::parse(name).map(Self::Kind) }
    }

    /// Whether somebody who chose this gets none of these letters.
    pub fn is_off(self, chosen: &Preferences) -> bool {
        match self {
            Self::Kind(kind) => chosen.of(kind).email == Email::Off,
            Self::Digest => Kind::ALL.into_iter().all(|kind| chosen.of(kind).email != Email::Digest),
        }
    }

    /// Lets them get none.
    pub fn switch_off(self, chosen: &mut Preferences) {
        for kind in Kind::ALL {
            let is_meant = match self {
                Self::Kind(own) => own == kind,
                Self::Digest => chosen.of(kind).email == Email::Digest,
            };
            if is_meant {
                chosen.of_mut(kind).email = Email::Off;
            }
        }
    }
}

/// Adds to a letter's values the page of the website where letters like it are stopped, and the route of the API that
/// mail programs call for their own button.
pub fn offer(ctx: &Ctx, settings: &Settings, user: Uuid, scope: Scope, values: &mut Values) {
    let path = format!("/notifications/unsubscribe?token={}", seal(ctx, user, scope));
    values.insert("listUnsubscribe", format!("/api/v1{path}"));
    values.insert("unsubscribe", settings.page(&path));
}

fn seal(ctx: &Ctx, user: Uuid, scope: Scope) -> String {
    let plain = [user.as_bytes().as_slice(), scope.as_str().as_bytes()].concat();
    ctx.secrets().seal(&plain).iter().fold(String::new(), |token, byte| format!("{token}{byte:02x}"))
}

/// Whose letters and which; 400 `TOKEN_INVALID` for what is none of ours.
pub fn open(ctx: &Ctx, token: &str) -> Result<(Uuid, Scope), Problem> {
    read(ctx, token).ok_or_else(|| Problem::new(Code::TokenInvalid))
}

fn read(ctx: &Ctx, token: &str) -> Option<(Uuid, Scope)> {
    let plain = ctx.secrets().open(&bytes(token)?).ok()?;
    let (user, scope) = plain.split_at_checked(ID_BYTES)?;
    Some((Uuid::from_slice(user)?, Scope::parse(std::str::from_utf8(scope).ok()?)?))
}

fn bytes(token: &str) -> Option<Vec<u8>> {
    if token.len() > TEXT_MAX {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    token.as_bytes().chunks(2).map(byte).collect()
}
