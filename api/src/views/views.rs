//! The views of every combination of roles that calls, made once each.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{policy::Policy, scope::Word, view::View};

/// How many views are kept. Combinations are few; a bound keeps whoever invents roles from filling the
/// memory.
const KEPT: usize = 1024;

/// Knows the policy, and the view of every combination of roles. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Views {
    policy: Arc<Policy>,
    kept: Arc<RwLock<HashMap<Combination, Arc<View>>>>,
}

/// Roles, and the scopes of a token.
type Combination = (Vec<String>, Vec<String>);

impl Views {
    /// The views under `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy: Arc::new(policy),
            kept: Arc::default(),
        }
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What `roles` show together, of what the `scopes` of a token name.
    #[must_use]
    pub fn of(&self, roles: &[String], scopes: &[String]) -> Arc<View> {
        let combination = (roles.to_vec(), scopes.to_vec());
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = kept.get(&combination) {
            return Arc::clone(view);
        }
        drop(kept);
        let view = Arc::new(View::of(&self.policy, roles, scopes));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(combination, Arc::clone(&view));
        view
    }

    /// The roles whose rows depend on one of `words`.
    pub fn roles_asking<'v>(&'v self, words: &[Word]) -> impl Iterator<Item = &'v str> {
        let roles = self.policy.roles.iter();
        roles
            .filter(|role| role.asks(words))
            .map(|role| role.name.as_str())
    }
}
