//! Reads a value from the text that stands for it in JSON and in query strings.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Begins the message of every text that has the right type and the wrong form.
pub const WRONG_FORM: &str = "expected ";

/// Reads text and parses it; `what` names the wanted form.
pub fn deserialize<'de, T, D>(deserializer: D, what: &'static str) -> Result<T, D::Error>
where
    T: FromStr,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Text(what, PhantomData))
}

struct Text<T>(&'static str, PhantomData<T>);

impl<T: FromStr> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::custom(format_args!("{WRONG_FORM}{}", self.0)))
    }
}
