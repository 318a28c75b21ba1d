//! The caller's lens: which rows they see, and what of them.
//!
//! It is worked out from all rows in memory and from tables written by hand. It never reads the
//! policy of the hub.

mod class;
mod guard;
mod policy;
mod role;
mod shown;
mod sight;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::rows::{Cell, Row, Rows, cell};

use super::{
    Caller,
    noun::{Noun, id_of, is_there},
};

pub use class::{CLASSES, Class, REFERRED, STAMPS};
pub use policy::{Kind, Mask, ROLES, Scope, Word};
pub use role::Role;
pub use sight::Sight;

use policy::{ABOUT, About, NOTHING_TELLS, OF_AUTHOR, OF_NOBODY, PARTS};

pub(super) use shown::{band, partial};

/// What one caller sees.
#[derive(Debug)]
pub struct Lens {
    roles: Vec<Role>,
    token_scopes: Vec<String>,
    /// The rows that they see, by noun and id, each with the fields that are masked.
    seen: BTreeMap<(&'static str, Uuid), Masked>,
}

/// The guarded fields of a row that are masked, and how.
type Masked = BTreeMap<&'static str, Kind>;

impl Lens {
    /// The lens of `caller`, whose roles are among `roles`; others show nothing.
    #[must_use]
    pub fn of(rows: &Rows, roles: &[Role], caller: &Caller) -> Self {
        let named = |role: &&Role| caller.roles.contains(&role.name);
        let mut lens = Self {
            roles: roles.iter().filter(named).cloned().collect(),
            token_scopes: caller.token_scopes.clone(),
            seen: BTreeMap::new(),
        };
        let sight = Sight::of(rows, caller.user);
        for noun in Noun::all() {
            if !lens.reads(noun.name) {
                continue;
            }
            for row in rows.of(noun.table).iter().filter(|row| is_there(row)) {
                if let Some(masked) = lens.look_at(&sight, noun, row) {
                    lens.seen.insert((noun.name, id_of(row)), masked);
                }
            }
        }
        lens
    }

    /// The lens of somebody who sees everything.
    #[must_use]
    pub fn of_everything(rows: &Rows) -> Self {
        let role = Role::built_in("REVENUE_LEADER");
        let caller = Caller {
            name: String::new(),
            roles: vec![role.name.clone()],
            user: None,
            token_scopes: Vec::new(),
        };
        Self::of(rows, &[role], &caller)
    }

    /// What is masked of a row; `None` where no role shows it.
    fn look_at(&self, sight: &Sight<'_>, noun: &Noun, row: &Row) -> Option<Masked> {
        if !self.sees_what_it_is_about(noun, row) {
            return None;
        }
        // What is about others, and a part of none, is there for whoever sees these.
        let about = ABOUT.iter().any(|(name, _)| *name == noun.name);
        let by_that_alone = about && !PARTS.iter().any(|(part, ..)| *part == noun.name);
        let hidden = noun.name == "Task"
            && cell(row, "assignee_id") == &Cell::Null
            && !self.sees_each(noun, row, OF_NOBODY);
        let shown = |role: &&Role| {
            if hidden && !role.scope(noun.name).is_all() {
                return false;
            }
            if by_that_alone {
                !role.scope(noun.name).is_none()
            } else {
                sight.shows(role, noun, row)
            }
        };
        let showing: Vec<_> = self.roles.iter().filter(shown).collect();
        if showing.is_empty() {
            return None;
        }
        let mut masked = Masked::new();
        for field in Class::of(noun.name).guarded() {
            let kinds = showing.iter().map(|role| {
                let mask = role.mask_of(noun.name, field)?;
                let clear = sight.lies_in(&mask.clear, role, noun, row);
                (!clear).then_some(mask.kind)
            });
            // In clear for one role is in clear; something is more than nothing.
            let kinds: Option<Vec<_>> = kinds.collect();
            let Some(kinds) = kinds else { continue };
            let more = kinds.iter().find(|kind| **kind != Kind::Hide);
            masked.insert(field, more.copied().unwrap_or(Kind::Hide));
        }
        Some(masked)
    }

    /// Whether they see all that a row is about, which is of nouns that come before this one, and in clear what the
    /// row tells of it.
    fn sees_what_it_is_about(&self, noun: &Noun, row: &Row) -> bool {
        let about = ABOUT.iter().find(|(name, _)| *name == noun.name);
        let of_author = noun.name == "SlaClock"
            && cell(row, "kind") == &Cell::Text(OF_AUTHOR.to_owned())
            && !self.sees_each(noun, row, &[("feedback_id", "Feedback", &["author"])]);
        !of_author && about.is_none_or(|(_, keys)| self.sees_each(noun, row, keys))
    }

    fn sees_each(&self, noun: &Noun, row: &Row, keys: &[About]) -> bool {
        let mut keys = keys.iter();
        keys.all(|(column, target, told)| match cell(row, column) {
            Cell::Id(id) => {
                let masked = self.seen.get(&(*target, *id));
                masked.is_some_and(|masked| told.iter().all(|field| !masked.contains_key(field)))
            }
            _ => noun.name != NOTHING_TELLS || self.sees_all(target),
        })
    }

    /// Whether the token may read `noun` at all.
    fn reads(&self, noun: &str) -> bool {
        let scope = Class::of(noun).token_scope;
        let mut scopes = self.token_scopes.iter();
        self.token_scopes.is_empty() || scopes.any(|it| it == "*:read" || it == scope)
    }

    /// Whether they see the row of `noun` with that id.
    #[must_use]
    pub fn sees(&self, noun: &Noun, id: Uuid) -> bool {
        self.seen.contains_key(&(noun.name, id))
    }

    /// How `field` of a row is masked; `None` where it is in clear.
    #[must_use]
    pub fn mask(&self, noun: &Noun, id: Uuid, field: &str) -> Option<Kind> {
        let guard = Class::of(noun.name).guard_of(field)?;
        self.seen.get(&(noun.name, id))?.get(guard).copied()
    }

    /// Whether they see every row of `noun`.
    fn sees_all(&self, noun: &str) -> bool {
        let mut scopes = self.roles.iter().map(|role| role.scope(noun));
        self.reads(noun) && scopes.any(|scope| scope.is_all())
    }

    /// Whether rows outside their scope are told by name and status.
    #[must_use]
    pub fn refers_to(&self, noun: &str) -> bool {
        self.reads(noun) && self.roles.iter().any(|role| role.refers_to(noun))
    }

    /// Whether the id of a row of `noun` is shown where another row refers to it.
    #[must_use]
    pub fn shows_id(&self, noun: &Noun, id: Uuid) -> bool {
        self.sees_all(noun.name) || self.refers_to(noun.name) || self.sees(noun, id)
    }
}
