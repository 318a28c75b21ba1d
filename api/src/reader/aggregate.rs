//! Numbers over rows, and over groups of rows: the reader's input.

use crate::{
    calendar::Period,
    dataset::{Direction, Entity, Field, Kind},
};

use super::{
    filter::{Filter, Logic, Test},
    selection::{Connection, MoneyPart, NodeSelection},
};

/// How many groups may be asked for; where nobody says how many, more are an error.
pub const MAX_GROUPS: u32 = 1000;

/// Numbers over all rows that pass a filter.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Of which noun the rows are.
    pub entity: &'static Entity,
    /// Which of them.
    pub filter: Filter,
    /// Response key and what stands under it.
    pub parts: Vec<(String, AggregatePart)>,
}

/// What stands under a key of an aggregate.
#[derive(Clone, Debug)]
pub enum AggregatePart {
    /// `__typename`, which is this.
    TypeName(String),
    /// How many rows there are.
    Count,
    /// One number for each field.
    Measures(Vec<(String, MeasurePart)>),
}

/// What stands under a key of the numbers of one function.
#[derive(Clone, Debug)]
pub enum MeasurePart {
    /// `__typename`, which is this.
    TypeName(String),
    /// A number, a day or an instant.
    Value(Measure),
    /// An amount.
    Money(Measure, Vec<(String, MoneyPart)>),
}

/// A function of the values of a field.
#[derive(Clone, Debug)]
pub struct Measure {
    /// The function.
    pub function: Function,
    /// The field.
    pub field: &'static Field,
    /// Where the caller wrote it, such as `sum.amount`.
    pub path: String,
}

/// A function of values. Null is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// How many different ones there are.
    CountDistinct,
    /// All together.
    Sum,
    /// The sum, divided by how many there are.
    Average,
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
}

/// Groups of rows that agree in something.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Of which noun the rows are.
    pub entity: &'static Entity,
    /// Which of them.
    pub filter: Filter,
    /// In what they agree.
    pub by: Vec<Dimension>,
    /// Which groups.
    pub having: Having,
    /// In which order; at last the dimensions decide.
    pub order: Vec<GroupOrder>,
    /// How many groups at most.
    pub first: Option<u32>,
    /// Response key and what stands under it.
    pub parts: Vec<(String, GroupPart)>,
}

/// Something that the rows of a group agree in.
#[derive(Clone, Debug)]
pub struct Dimension {
    /// The relations to one row that lead to the value, from the row itself on.
    pub way: Vec<&'static Field>,
    /// The field with the value; of an amount it is the currency.
    pub field: &'static Field,
    /// Of a date, what span of the calendar it lies in.
    pub period: Option<Period>,
    /// Where the caller wrote it, such as `by.0.campaign.channel`.
    pub path: String,
}

impl Dimension {
    /// What it is called among the dimensions of its entity.
    #[must_use]
    pub fn name(&self) -> String {
        dimension_name(self.field)
    }

    /// Whether it is the same dimension as `other`, if by another span.
    #[must_use]
    pub fn is(&self, way: &[&'static Field], name: &str) -> bool {
        let mine = self.way.iter().map(|field| field.name);
        mine.eq(way.iter().map(|field| field.name)) && self.name() == name
    }
}

/// What `field` is called among the dimensions of its entity.
#[must_use]
pub fn dimension_name(field: &Field) -> String {
    match field.kind {
        Kind::Money { .. } => format!("{}Currency", field.name),
        _ => field.name.to_owned(),
    }
}

/// Which groups.
pub type Having = Logic<MeasureTest>;

/// What must hold of a number of a group.
#[derive(Clone, Debug)]
pub struct MeasureTest {
    /// The number; `None` is how many rows it has.
    pub measure: Option<Measure>,
    /// What must hold.
    pub test: Test,
}

/// A key that groups are ordered by.
#[derive(Clone, Debug)]
pub struct GroupOrder {
    /// What the key is.
    pub by: GroupKey,
    /// Which end comes first.
    pub direction: Direction,
    /// Whether groups without a value come first, and not last.
    pub nulls_first: bool,
}

/// What a group can be ordered by.
#[derive(Clone, Debug)]
pub enum GroupKey {
    /// How many rows it has.
    Count,
    /// A number.
    Measure(Measure),
    /// The dimension at that place.
    Dimension(usize),
}

/// What stands under a key of a group.
#[derive(Clone, Debug)]
pub enum GroupPart {
    /// What an aggregate has as well.
    Aggregate(AggregatePart),
    /// What the rows agree in.
    Key(Vec<(String, KeyPart)>),
    /// The rows.
    Rows(Box<Connection>),
}

/// What stands under a key of what the rows of a group agree in.
#[derive(Clone, Debug)]
pub enum KeyPart {
    /// `__typename`, which is this.
    TypeName(String),
    /// Nothing: it is no dimension.
    Null,
    /// The value of the dimension at that place.
    Dimension(usize),
    /// The dimensions of a related row.
    Related(Vec<(String, KeyPart)>),
    /// The row that the dimension at that place leads to.
    Row(usize, NodeSelection),
}
