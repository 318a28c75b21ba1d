//! Ids as callers see them: the same value in GraphQL, exports and feeds.

use uuid::Uuid;

use super::{Entity, dataset};

/// A row's id with its entity: `lead_` and the 32 hexadecimal digits of the UUID.
#[derive(Clone, Copy, Debug)]
pub struct GlobalId {
    /// What it is an id of.
    pub entity: &'static Entity,
    /// The id in the database.
    pub id: Uuid,
}

impl GlobalId {
    /// Reads a global id; `None` for anything that this hub cannot have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, digits) = text.rsplit_once('_')?;
        let canonical = digits.len() == 32
            && digits
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !canonical {
            return None;
        }
        Some(Self {
            entity: dataset().by_prefix(prefix)?,
            id: Uuid::try_parse(digits).ok()?,
        })
    }
}

/// Writes a global id.
#[must_use]
pub fn global_id(entity: &Entity, id: Uuid) -> String {
    format!("{}_{}", entity.prefix, id.simple())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(bytes: [u8; 16], pick: prop::sample::Index) {
            let entity = pick.get(dataset().entities());
            let id = Uuid::from_bytes(bytes);
            let read = GlobalId::parse(&global_id(entity, id)).unwrap();
            prop_assert_eq!((read.entity.name, read.id), (entity.name, id));
        }

        #[test]
        fn nothing_else_is_read(text in "\\PC*") {
            if let Some(read) = GlobalId::parse(&text) {
                prop_assert_eq!(global_id(read.entity, read.id), text);
            }
        }
    }
}
