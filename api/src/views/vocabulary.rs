//! The names that a policy may use: what the dataset says of itself.

use super::{mask::MaskKind, scope::Word};

/// The scope by which a token may read everything.
pub const READ_ALL: &str = "*:read";

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

    /// The guarded field of that name.
    #[must_use]
    pub fn guarded(&self, name: &str) -> Option<&Guarded> {
        self.guarded.iter().find(|field| field.name == name)
    }
}
