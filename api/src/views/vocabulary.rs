//! The names that a policy may use: what the dataset says of itself.

use super::{mask::MaskKind, scope::Word};

/// The scope by which a token may read everything.
pub const READ_ALL: &str = "*:read";
/// The scope by which a token may change everything.
pub(super) const WRITE_ALL: &str = "*:write";
/// The scope by which a token may take rows away as a file.
pub(super) const EXPORT: &str = "export:run";
/// The scope by which a token may ask for metrics.
pub(super) const METRIC: &str = "metric:read";

/// Every noun, in the dataset's order.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// The nouns.
    pub nouns: Vec<NounWords>,
}

/// What a policy may say of a noun.
#[derive(Clone, Debug)]
pub struct NounWords {
    /// The GraphQL type, such as `Lead`.
    pub name: &'static str,
    /// What token scopes call it, such as `lead` of `lead:read`.
    pub token_scope: &'static str,
    /// The words that its row scopes may have.
    pub words: Vec<Word>,
    /// The noun that it is a part of: what `parent` means.
    pub part_of: Option<&'static str>,
    /// Whether it tells of other rows, which whoever sees it sees as well: what `seen` means.
    pub tells_of_others: bool,
    /// The fields that can be masked.
    pub guarded: Vec<Guarded>,
    /// The guarded fields that a reference names the row by, where it can be referred to.
    pub reference: Option<Vec<&'static str>>,
    /// What can be done with it.
    pub actions: Vec<Action>,
}

/// A field that can be masked.
#[derive(Clone, Debug)]
pub struct Guarded {
    /// Its name in a policy: that of the GraphQL field or relation.
    pub name: &'static str,
    /// How it can be masked.
    pub kinds: Vec<MaskKind>,
    /// The guarded field of another noun whose values it tells as well: where that one is masked, this
    /// one must be.
    pub tells: Option<(&'static str, &'static str)>,
}

/// Something that can be done with a noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name, such as `reassign`.
    pub name: &'static str,
    /// Whether it makes a row: then there is none yet whose scope would matter.
    pub makes: bool,
}

impl Vocabulary {
    /// Everything that a token may be used for, by name.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let all = [READ_ALL, WRITE_ALL, METRIC, EXPORT].map(str::to_owned);
        let nouns = self.nouns.iter();
        let nouns = nouns.flat_map(|noun| [noun.read_scope(), noun.write_scope()]);
        let mut scopes = Vec::new();
        for scope in all.into_iter().chain(nouns) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        scopes
    }

    /// The noun of that name.
    #[must_use]
    pub fn noun(&self, name: &str) -> Option<&NounWords> {
        self.nouns.iter().find(|noun| noun.name == name)
    }
}

impl NounWords {
    /// The scope by which a token may read it, such as `lead:read`.
    #[must_use]
    pub fn read_scope(&self) -> String {
        format!("{}:read", self.token_scope)
    }

    /// The scope by which a token may change it, such as `lead:write`.
    #[must_use]
    pub fn write_scope(&self) -> String {
        format!("{}:write", self.token_scope)
    }

    /// The guarded field of that name.
    #[must_use]
    pub fn guarded(&self, name: &str) -> Option<&Guarded> {
        self.guarded.iter().find(|field| field.name == name)
    }
}

/// Whether who comes with `scopes` may do what `scope` stands for; none is no restriction.
#[must_use]
pub fn allows(scopes: &[String], scope: &str) -> bool {
    let all = match scope.split_once(':') {
        Some((_, "read")) => READ_ALL,
        Some((_, "write")) => WRITE_ALL,
        _ => scope,
    };
    scopes.is_empty() || scopes.iter().any(|own| own == scope || own == all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_for_everything_holds_for_each() {
        let scopes = |list: &[&str]| list.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        let read = scopes(&[READ_ALL]);
        assert!(allows(&read, "lead:read") && allows(&read, METRIC) && allows(&read, READ_ALL));
        assert!(
            !allows(&read, "lead:write") && !allows(&read, EXPORT) && !allows(&read, WRITE_ALL)
        );
        let one = scopes(&["lead:write"]);
        assert!(allows(&one, "lead:write"));
        assert!(!allows(&one, "lead:read") && !allows(&one, WRITE_ALL));
        assert!(allows(&[], "lead:write"));
    }
}
