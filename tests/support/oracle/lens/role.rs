//! A role: the built-in ones out of the tables, and others made of them.

use std::collections::{BTreeMap, BTreeSet};

use super::policy::{ABOUT, COMMON, Kind, MASKS, Mask, PARTS, REFERENCES, ROLES, ROWS, Scope};

/// What a role shows.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: String,
    rows: BTreeMap<&'static str, Scope>,
    references: BTreeSet<&'static str>,
    masks: BTreeMap<(&'static str, &'static str), Mask>,
}

impl Role {
    /// The built-in role of that name.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn built_in(name: &str) -> Self {
        let place = ROLES.iter().position(|role| *role == name);
        let place = place.unwrap_or_else(|| panic!("no built-in role {name}"));
        let mut role = Self::nothing(name);
        for noun in COMMON {
            role = role.rows(noun, "all");
        }
        for (noun, _) in ABOUT {
            role = role.rows(noun, "seen");
        }
        for (noun, ..) in PARTS {
            role = role.rows(noun, "parent");
        }
        for (noun, scopes) in ROWS {
            role = role.rows(noun, scopes.get(place).expect("there are seven"));
        }
        if matches!(name, "SALES_REP" | "SALES_MANAGER") {
            role.references.extend(REFERENCES);
        }
        if name == "ANALYST" {
            role = role.mask("Contact", &["customFields"], Kind::Hide, "none");
            role = role.mask("Lead", &["customFields"], Kind::Hide, "none");
        }
        for (masked, noun, fields, kind, clear) in MASKS {
            if masked == name {
                role = role.mask(noun, fields, kind, clear);
            }
        }
        role
    }

    /// A role that shows nothing.
    #[must_use]
    pub fn nothing(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rows: BTreeMap::new(),
            references: BTreeSet::new(),
            masks: BTreeMap::new(),
        }
    }

    /// The same role, with these rows of `noun`.
    #[must_use]
    pub fn rows(mut self, noun: &'static str, scope: &str) -> Self {
        self.rows.insert(noun, Scope::of(scope));
        self
    }

    /// The same role, with or without name and status of rows of `noun` outside its scope.
    #[must_use]
    pub fn reference(mut self, noun: &'static str, granted: bool) -> Self {
        if granted {
            self.references.insert(noun);
        } else {
            self.references.remove(noun);
        }
        self
    }

    /// The same role, with `fields` of `noun` masked outside `clear`; `none` masks them always.
    #[must_use]
    pub fn mask(
        mut self,
        noun: &'static str,
        fields: &[&'static str],
        kind: Kind,
        clear: &str,
    ) -> Self {
        for field in fields {
            let clear = Scope::of(clear);
            self.masks.insert((noun, field), Mask { kind, clear });
        }
        self
    }

    /// The same role with `field` of `noun` in clear.
    #[must_use]
    pub fn unmask(mut self, noun: &'static str, field: &'static str) -> Self {
        self.masks.remove(&(noun, field));
        self
    }

    /// The same role under another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Which rows of `noun` it shows.
    #[must_use]
    pub fn scope(&self, noun: &str) -> Scope {
        let scope = self.rows.get(noun).cloned();
        scope.unwrap_or_else(|| Scope::of("none"))
    }

    /// Whether it tells name and status of rows of `noun` outside its scope.
    pub(super) fn refers_to(&self, noun: &str) -> bool {
        self.references.contains(noun)
    }

    /// How `field` of `noun` is kept from it.
    #[must_use]
    pub fn mask_of(&self, noun: &str, field: &str) -> Option<&Mask> {
        let mut masks = self.masks.iter();
        let mask = masks.find(|((its, name), _)| *its == noun && *name == field);
        mask.map(|(_, mask)| mask)
    }
}
