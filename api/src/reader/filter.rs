//! Which rows of a list: conditions on its fields, all of which must hold.

use sea_orm::Value;

/// Conditions, all of which must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// The input as it came, by which a cursor knows the list that it belongs to.
    pub fingerprint: String,
}

/// A condition on a column.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The column.
    pub column: &'static str,
    /// What must hold of it.
    pub test: Test,
}

/// What must hold of a column. Null passes [`Test::IsNull`] and nothing else.
#[derive(Clone, Debug)]
pub enum Test {
    /// It is this.
    Equals(Value),
    /// It is something else.
    Differs(Value),
    /// It is one of these.
    In(Vec<Value>),
    /// It is none of these.
    NotIn(Vec<Value>),
    /// It is smaller.
    Less(Value),
    /// It is smaller or equal.
    LessOrEqual(Value),
    /// It is greater.
    Greater(Value),
    /// It is greater or equal.
    GreaterOrEqual(Value),
    /// It is absent, or is not.
    IsNull(bool),
}
