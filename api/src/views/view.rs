//! What a caller's roles show together: the union of their scopes, with a field masked where every
//! role that shows the row masks it.

use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    mask::{Mask, MaskKind},
    policy::{NounPolicy, Policy},
    scope::Scope,
    vocabulary::{EXPORT, NounWords, READ_ALL, allows},
};

/// Everything that a caller may see and do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Whether they may ask why somebody sees a row or does not.
    pub explain: bool,
    /// Whether they may only run the documents that the operator trusts: each of their roles says so.
    pub trusted_documents_only: bool,
    /// Whether their token may be used to change anything at all.
    pub writes: bool,
    nouns: BTreeMap<&'static str, NounView>,
}

/// What a caller may see of a noun and do with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NounView {
    /// The rows that they see.
    pub rows: Scope,
    /// Whether they may know the name and the status of a row that a row which they see points to.
    pub reference: bool,
    /// The guarded fields that are masked in some row.
    pub masked: BTreeMap<&'static str, Masked>,
    /// What they may do, and with which rows.
    pub can: BTreeMap<&'static str, Scope>,
    /// Whether they may take rows away as a file.
    pub export: bool,
}

/// How a field is masked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Masked {
    /// The rows whose value is shown.
    pub clear: Scope,
    /// The other rows of which something is shown in its place, and what.
    pub softened: Option<(MaskKind, Scope)>,
}

impl View {
    /// What `roles` show together and allow, as far as the `scopes` of a token do. Roles that the policy
    /// does not know grant nothing; no scopes is no restriction.
    #[must_use]
    pub fn of(policy: &Policy, roles: &[String], scopes: &[String]) -> Self {
        let roles: Vec<_> = roles.iter().filter_map(|role| policy.role(role)).collect();
        let exports = allows(scopes, EXPORT);
        let nouns = policy.vocabulary.nouns.iter().map(|noun| {
            let granted = roles.iter().filter_map(|role| role.nouns.get(noun.name));
            let mut view = NounView::of(noun, &granted.collect::<Vec<_>>());
            view.export &= exports;
            if !allows(scopes, &noun.write_scope()) {
                view.can.clear();
            }
            if !allows(scopes, &noun.read_scope()) {
                view = NounView {
                    can: view.can,
                    ..NounView::default()
                };
            }
            (noun.name, view)
        });
        Self {
            explain: allows(scopes, READ_ALL) && roles.iter().any(|role| role.explain),
            trusted_documents_only: !roles.is_empty()
                && roles.iter().all(|role| role.trusted_documents),
            writes: scopes.is_empty() || scopes.iter().any(|scope| scope.ends_with(":write")),
            nouns: nouns.collect(),
        }
    }

    /// What they may see of that noun; nothing of one that nobody has classified.
    #[must_use]
    pub fn noun(&self, name: &str) -> &NounView {
        static NOTHING: LazyLock<NounView> = LazyLock::new(NounView::default);
        self.nouns.get(name).unwrap_or(&NOTHING)
    }
}

impl NounView {
    fn of(words: &NounWords, granted: &[&NounPolicy]) -> Self {
        let union = |scopes: &mut dyn Iterator<Item = Scope>| {
            scopes.fold(Scope::none(), |union, scope| union.or(&scope))
        };
        let rows = union(&mut granted.iter().map(|it| it.rows.clone()));
        let mut masked = BTreeMap::new();
        for field in &words.guarded {
            let mask = |it: &NounPolicy| it.masks.get(field.name).cloned();
            let clear = union(&mut granted.iter().map(|it| match mask(it) {
                Some(Mask { outside, .. }) => it.rows.and(&outside),
                None => it.rows.clone(),
            }));
            if clear.covers(&rows) {
                continue;
            }
            let soft = |it: &&&NounPolicy| mask(it).is_some_and(|it| it.kind != MaskKind::Hide);
            let kind = granted
                .iter()
                .find(soft)
                .and_then(|it| mask(it))
                .map(|it| it.kind);
            let softened = kind.map(|kind| {
                let rows = &mut granted.iter().filter(soft).map(|it| it.rows.clone());
                (kind, union(rows))
            });
            masked.insert(field.name, Masked { clear, softened });
        }
        let mut can: BTreeMap<_, Scope> = BTreeMap::new();
        for (action, rows) in granted.iter().flat_map(|it| &it.can) {
            let known = can.entry(*action).or_default();
            *known = known.or(rows);
        }
        Self {
            rows,
            reference: granted.iter().any(|it| it.reference),
            masked,
            can,
            export: granted.iter().any(|it| it.export),
        }
    }
}
