//! Reads a query string into a type. A repeated name is a list; a name without a value is empty text.

mod value;

use std::borrow::Cow;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};

use super::body::place;
use crate::problem::Problem;
use value::{Misfit, Value};

pub(super) fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = Grouped::parse(query);
    T::deserialize(MapDeserializer::new(pairs.0.into_iter())).map_err(|error: Misfit| {
        let (field, rule) = place(error.name, &error.message);
        Problem::invalid(field, rule)
    })
}

/// Names in the order they came, each with its values.
struct Grouped<'a>(Vec<(Name<'a>, Values<'a>)>);

#[derive(Clone)]
struct Name<'a>(Cow<'a, str>);

/// The values of one name. At least one.
struct Values<'a> {
    name: Name<'a>,
    values: Vec<Cow<'a, str>>,
}

impl<'a> Grouped<'a> {
    fn parse(query: &'a str) -> Self {
        let mut groups: Vec<(Name<'a>, Values<'a>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match groups.iter_mut().find(|(found, _)| found.0 == name) {
                Some((_, values)) => values.values.push(value),
                None => {
                    let name = Name(name);
                    groups.push((name.clone(), Values { name, values: vec![value] }));
                }
            }
        }
        Self(groups)
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Name<'_> {
    type Deserializer = de::value::CowStrDeserializer<'de, Misfit>;

    fn into_deserializer(self) -> Self::Deserializer {
        Cow::<'de, str>::Owned(self.0.into_owned()).into_deserializer()
    }
}

impl<'de, 'a> IntoDeserializer<'de, Misfit> for Values<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! first_value {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            self.first(|value| value.$method(visitor))
        })+
    };
}

impl<'a> Values<'a> {
    /// Reads the first value; what does not fit is laid at the name's door.
    fn first<T>(self, read: impl FnOnce(Value<'a>) -> Result<T, Misfit>) -> Result<T, Misfit> {
        let value = self.values.into_iter().next().unwrap_or_default();
        read(Value(value)).map_err(|error| error.of(&self.name.0))
    }
}

impl<'de> de::Deserializer<'de> for Values<'_> {
    type Error = Misfit;

    first_value! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_str deserialize_string deserialize_char deserialize_bytes deserialize_byte_buf
        deserialize_unit deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let name = self.name;
        let values = SeqDeserializer::new(self.values.into_iter().map(Value));
        visitor.visit_seq(values).map_err(|error: Misfit| error.of(&name.0))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.first(|value| value.deserialize_newtype_struct(name, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.first(|value| value.deserialize_enum(name, variants, visitor))
    }

    serde::forward_to_deserialize_any! { i128 u128 unit_struct tuple_struct struct }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::{Timestamp, Uuid};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Listing {
        sort: Option<Sort>,
        tag: Vec<String>,
        only_mine: bool,
        least: Option<u32>,
        author: Option<Uuid>,
        before: Option<Timestamp>,
        search: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Sort {
        Latest,
        Popular,
    }

    #[derive(Debug, Deserialize)]
    struct Needed {
        #[expect(dead_code, reason = "only its absence matters")]
        q: String,
    }

    fn wrong<T: DeserializeOwned + fmt::Debug>(query: &str) -> (String, &'static str) {
        let problem = read::<T>(query).unwrap_err();
        let found = &problem.wrong_fields()[0];
        (found.field.to_string(), found.rule.code())
    }

    #[test]
    fn values_become_types() {
        let found: Listing =
            read("sort=popular&tag=a&tag=b%20c&onlyMine=true&least=7&search=%D8%B3+x&more=1").unwrap();
        let wanted = Listing {
            sort: Some(Sort::Popular),
            tag: vec!["a".into(), "b c".into()],
            only_mine: true,
            least: Some(7),
            search: Some("س x".into()),
            ..Listing::default()
        };
        assert_eq!(found, wanted);
        assert_eq!(read::<Listing>("").unwrap(), Listing::default());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(wrong::<Listing>("least=many"), ("least".into(), "TYPE"));
        assert_eq!(wrong::<Listing>("onlyMine=perhaps"), ("onlyMine".into(), "TYPE"));
        assert_eq!(wrong::<Listing>("sort=odd"), ("sort".into(), "FORM"));
        assert_eq!(wrong::<Listing>("author=me"), ("author".into(), "FORM"));
        assert_eq!(wrong::<Needed>(""), ("q".into(), "REQUIRED"));
    }

    proptest! {
        #[test]
        fn any_query_is_safe(query in "\\PC{0,60}") {
            let _ = read::<Listing>(&query);
            let _ = read::<Needed>(&query);
        }
    }
}
