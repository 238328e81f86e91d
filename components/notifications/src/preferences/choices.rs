//! The choices themselves: a way in the bell and a way by mail for every kind, and changes of them.

use p2p_sdk::{Check, Problem, Rule};
use serde::{Deserialize, Serialize};

use crate::kind::Kind;

const NO_LETTER: Rule = Rule::Choice(&["digest", "off"]);

/// How somebody is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = NotificationEmail))]
#[serde(rename_all = "lowercase")]
pub enum Email {
    /// A letter of its own, at once.
    Instant,
    /// In a summary, once a day.
    Digest,
    /// Not at all.
    Off,
}

/// How to be told of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = NotificationWays))]
#[serde(rename_all = "camelCase")]
pub struct Ways {
    /// Whether it is listed and counted.
    pub in_app: bool,
    pub email: Email,
}

/// What may be different of one kind.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = NotificationWayChanges))]
#[serde(rename_all = "camelCase")]
pub struct WayChanges {
    in_app: Option<bool>,
    /// `instant` only for kinds that have a letter: mention, reply, bestAnswer, message.
    email: Option<Email>,
}

const fn ways(email: Email) -> Ways {
    Ways { in_app: true, email }
}

macro_rules! kinds {
    ($($(#[$about:meta])+ $field:ident $kind:ident $email:ident;)+) => {
        /// How somebody is told, kind by kind. What is kept is whole; a kind that came later is as for everybody.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = NotificationChoices))]
        #[serde(default, rename_all = "camelCase")]
        pub struct Preferences {
            $($(#[$about])+ pub $field: Ways,)+
        }

        /// What is to be different; what is not named stays.
        #[derive(Debug, Deserialize)]
        #[cfg_attr(feature = "describe", derive(utoipa::ToSchema), schema(as = NotificationChoiceChanges))]
        #[serde(rename_all = "camelCase")]
        pub struct PreferenceChanges {
            $($(#[$about])+
            #[serde(default, deserialize_with = "p2p_sdk::members")]
            $field: Option<WayChanges>,)+
        }

        impl Default for Preferences {
            fn default() -> Self {
                Self { $($field: ways(Email::$email),)+ }
            }
        }

        impl Preferences {
            /// How they are told of this kind.
            pub const fn of(&self, kind: Kind) -> Ways {
                match kind { $(Kind::$kind => self.$field,)+ }
            }

            /// The same, to be changed.
            pub fn of_mut(&mut self, kind: Kind) -> &mut Ways {
                match kind { $(Kind::$kind => &mut self.$field,)+ }
            }
        }

        impl PreferenceChanges {
            const fn of(&self, kind: Kind) -> Option<WayChanges> {
                match kind { $(Kind::$kind => self.$field,)+ }
            }
        }
    };
}

kinds! {
    /// Somebody wrote one's name.
    mention Mention Instant;
    /// Somebody answered.
    reply Reply Instant;
    /// One's reply is the best answer.
    best_answer BestAnswer Instant;
    /// A message came.
    message Message Digest;
    /// Somebody else published one's use case.
    use_case UseCase Off;
    /// Somebody likes what one wrote.
    like Like Off;
    /// Somebody accepted one's invitation.
    invitation Invitation Off;
    /// One's address was confirmed.
    welcome Welcome Off;
}

impl PreferenceChanges {
    /// Refuses letters that do not exist.
    pub fn check(&self) -> Result<(), Problem> {
        let check = Kind::ALL.into_iter().fold(Check::new(), |check, kind| {
            let wanted = self.of(kind).and_then(|changes| changes.email);
            let exists = wanted != Some(Email::Instant) || kind.letter().is_some();
            check.that(exists, format!("{}.email", kind.as_str()), NO_LETTER)
        });
        check.finish()
    }

    /// Makes the changes.
    pub fn apply(&self, preferences: &mut Preferences) {
        for kind in Kind::ALL {
            let Some(changes) = self.of(kind) else { continue };
            let ways = preferences.of_mut(kind);
            ways.in_app = changes.in_app.unwrap_or(ways.in_app);
            ways.email = changes.email.unwrap_or(ways.email);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_before_a_kind_came_is_as_for_everybody() {
        let kept: Preferences =
            serde_json::from_str(r#"{"reply":{"inApp":false,"email":"off"},"gone":1}"#).unwrap();
        assert_eq!(kept.reply, Ways { in_app: false, email: Email::Off });
        assert_eq!(Preferences { reply: ways(Email::Instant), ..kept }, Preferences::default());
    }

    #[test]
    fn nobody_gets_by_default_what_there_is_no_letter_for() {
        for kind in Kind::ALL {
            let email = Preferences::default().of(kind).email;
            assert!(email != Email::Instant || kind.letter().is_some(), "{kind:?}");
        }
    }
}
