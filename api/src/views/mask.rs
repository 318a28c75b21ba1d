//! Masks: what a role does not see of the rows that it sees.

use std::fmt;

use super::scope::Scope;

/// What is shown in place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaskKind {
    /// Nothing.
    Hide,
    /// A part of a text: `a…@acme.com`, `+43 … 77`.
    Partial,
    /// The band that an amount lies in.
    Band,
}

impl MaskKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Hide, Self::Partial, Self::Band];

    /// As it is written in a file of roles.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hide => "hide",
            Self::Partial => "partial",
            Self::Band => "band",
        }
    }
}

/// How a role masks a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// What is shown in place of the value.
    pub kind: MaskKind,
    /// The rows whose value is shown all the same; none where every value is masked.
    pub outside: Scope,
}

impl fmt::Display for Mask {
    /// As it is written in a file of roles.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_str();
        if self.outside.is_none() {
            return write!(f, "{kind} all");
        }
        write!(f, "{kind} outside {}", self.outside)
    }
}
