//! A setting that is a list of tables: `[[section.name]]` in a file, `SECTION__NAME__0__…` in the
//! environment. A [`super::layer::Layer`] hands over both as a table with numbers for names.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Reads the tables, each with its number, counted from 0.
pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<usize, T>, D::Error> {
    from.deserialize_any(TablesVisitor(PhantomData))
}

/// Writes the tables as a list.
pub(super) fn serialize<T: Serialize, S: Serializer>(
    tables: &BTreeMap<usize, T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_seq(tables.values())
}

struct TablesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TablesVisitor<T> {
    type Value = BTreeMap<usize, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tables: A) -> Result<Self::Value, A::Error> {
        let mut found = BTreeMap::new();
        while let Some(number) = tables.next_key::<String>()? {
            let index = number.parse().map_err(|_not_a_number| {
                A::Error::custom(format!(
                    "found {number:?} where the number of one is expected"
                ))
            })?;
            found.insert(index, tables.next_value()?);
        }
        Ok(found)
    }

    /// What is a list still is an empty one, or has something else than tables in it.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            Some(_other) => Err(A::Error::custom("expected a list of tables")),
            None => Ok(BTreeMap::new()),
        }
    }
}
