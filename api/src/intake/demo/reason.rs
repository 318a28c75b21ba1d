//! The reasons that the hub knows, to give one wherever the rules ask for one.

use entity::reason_code::{Model, ReasonKind};
use uuid::Uuid;

use super::dice::Dice;

/// The kinds that a year cannot do without.
const NEEDED: [ReasonKind; 5] = [
    ReasonKind::Reject,
    ReasonKind::Recycle,
    ReasonKind::Disqualify,
    ReasonKind::Lost,
    ReasonKind::Override,
];

/// Keys that are not drawn by chance: the first wants a note, the second is for imports.
const APART: [&str; 2] = ["OTHER", "UNKNOWN"];

/// The active reasons.
pub struct Reasons(Vec<Model>);

/// A kind of reason has no active one to give.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the database has no active reason of kind {0}; add one to `reason_code`, or start with an empty database"
)]
pub struct MissingReason(String);

impl Reasons {
    /// Those of `rows` that may be given.
    ///
    /// # Errors
    ///
    /// Returns [`MissingReason`] when a kind that the rules ask for has none.
    pub fn new(rows: Vec<Model>) -> Result<Self, MissingReason> {
        let mut rows = rows;
        rows.retain(|row| row.active && row.deleted_at.is_none());
        rows.sort_by(|left, right| left.key.cmp(&right.key).then(left.id.cmp(&right.id)));
        let reasons = Self(rows);
        for kind in NEEDED {
            if reasons.drawn(kind).next().is_none() {
                return Err(MissingReason(format!("{kind:?}").to_uppercase()));
            }
        }
        Ok(reasons)
    }

    /// One of the reasons of `kind`.
    pub(super) fn pick(&self, dice: &mut Dice, kind: ReasonKind) -> Option<Uuid> {
        let count = self.drawn(kind).count();
        self.drawn(kind).nth(dice.below(count)).map(|row| row.id)
    }

    /// The reason of `kind` that wants a note, or any where there is none.
    pub(super) fn other(&self, dice: &mut Dice, kind: ReasonKind) -> Option<Uuid> {
        let mut rows = self.0.iter();
        let other = rows.find(|row| row.kind == kind && row.key == "OTHER");
        other.map(|row| row.id).or_else(|| self.pick(dice, kind))
    }

    fn drawn(&self, kind: ReasonKind) -> impl Iterator<Item = &Model> {
        let rows = self.0.iter();
        rows.filter(move |row| row.kind == kind && !APART.contains(&row.key.as_str()))
    }
}
