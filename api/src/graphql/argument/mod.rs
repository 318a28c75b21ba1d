//! The arguments of a field, read once: `first`, `after`, `filter` and their kind.

mod change;
mod filter;
mod group;
mod operand;
mod order;
mod test;

use async_graphql::{Name, Value, indexmap::IndexMap};

use crate::{
    calendar::{Moment, Period},
    dataset::{Entity, GlobalId},
    error::ApiError,
    reader::{Cursor, Dimension, Filter, GroupOrder, Having, MAX_GROUPS, Order, Page},
    services::sla::Whose,
};

use super::domain::Domain;
pub(super) use change::{ACTIVITY, Activity, CHANGE_KINDS, DEFAULT_CHANGES};
use filter::FilterReader;
pub(super) use group::{FUNCTIONS, function, is_dimension, measured};
pub(super) use operand::instant;
use operand::name;
use order::order;

/// How many rows a page has when nobody says.
pub(super) const DEFAULT_PAGE: u32 = 20;
/// How many rows a page may have.
pub(super) const MAX_PAGE: u32 = 500;

/// The values of `CalendarPeriod`, with what they say.
pub(super) const PERIODS: [(&str, Period, &str); 7] = [
    ("DAY", Period::Day, "A day."),
    ("WEEK", Period::Week, "An ISO week, from Monday to Sunday."),
    ("MONTH", Period::Month, "A month."),
    (
        "QUARTER",
        Period::Quarter,
        "A quarter of the calendar year.",
    ),
    ("YEAR", Period::Year, "A calendar year."),
    (
        "FISCAL_QUARTER",
        Period::FiscalQuarter,
        "A quarter of the workspace's fiscal year.",
    ),
    (
        "FISCAL_YEAR",
        Period::FiscalYear,
        "The workspace's fiscal year.",
    ),
];

/// The values of `SlaScope`, with what they say.
pub(super) const CLOCKS: [(&str, Whose, &str); 3] = [
    ("MINE", Whose::Mine, "You are."),
    (
        "TEAM",
        Whose::Team,
        "You are, or somebody who reports to you, at whatever distance.",
    ),
    ("ALL", Whose::All, "Anybody is, or nobody."),
];

/// The arguments of one field, with variables put in. What was not given is not in it.
#[derive(Debug, Default)]
pub(super) struct Arguments(pub(super) IndexMap<Name, Value>);

impl Arguments {
    /// An argument that was given, and is not null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| **value != Value::Null)
    }

    /// The global id in `id`; `None` for what is none, such as a number.
    pub(super) fn id(&self) -> Result<Option<GlobalId>, ApiError> {
        let id = self.get("id");
        id.map(global_id)
            .ok_or_else(|| ApiError::validation("id", "an id is required"))
    }

    /// The global ids in `ids`, in their order. One id is a list of one.
    pub(super) fn ids(&self) -> Result<Vec<Option<GlobalId>>, ApiError> {
        let ids = self.get("ids").map(operand::items);
        ids.map(|ids| ids.iter().map(global_id).collect())
            .ok_or_else(|| ApiError::validation("ids", "a list of ids is required"))
    }

    /// The filter of a list of `entity`.
    pub(super) fn filter(
        &self,
        entity: &'static Entity,
        moment: &Moment,
    ) -> Result<Filter, ApiError> {
        match self.get("filter") {
            Some(input) => FilterReader::new("filter", moment).rows(entity, "filter", input),
            None => Ok(Filter::default()),
        }
    }

    /// Tests of the instant `field` of `entity`, in the argument `name`; `None` where it was not given.
    pub(super) fn within(
        &self,
        entity: &'static Entity,
        name: &str,
        field: &str,
        moment: &Moment,
    ) -> Result<Option<Filter>, ApiError> {
        let (Some(input), Some(field)) = (self.get(name), entity.find(field)) else {
            return Ok(None);
        };
        let filter = FilterReader::new(name, moment).value(Domain::Instant, field, name, input)?;
        Ok(Some(filter))
    }

    /// Whose clocks; the caller's own unless they say.
    pub(super) fn whose_clocks(&self) -> Result<Whose, ApiError> {
        let Some(value) = self.get("scope") else {
            return Ok(Whose::Mine);
        };
        let known = CLOCKS
            .iter()
            .find(|(known, ..)| Some(*known) == name(value));
        known
            .map(|(_, whose, _)| *whose)
            .ok_or_else(|| ApiError::validation("scope", "a SlaScope is required"))
    }

    /// The order of a list of `entity`.
    pub(super) fn order(&self, entity: &'static Entity) -> Result<Order, ApiError> {
        match self.get("orderBy") {
            Some(input) => order(entity, input),
            None => Ok(Order::of(entity)),
        }
    }

    /// Whether they say an order.
    pub(super) fn say_order(&self) -> bool {
        let said = self.get("orderBy");
        said.is_some_and(|order| !matches!(order, Value::List(keys) if keys.is_empty()))
    }

    /// What rows of `entity` are grouped by.
    pub(super) fn dimensions(&self, entity: &'static Entity) -> Result<Vec<Dimension>, ApiError> {
        group::dimensions(entity, self.get("by").unwrap_or(&Value::List(Vec::new())))
    }

    /// Which groups of rows of `entity`.
    pub(super) fn having(
        &self,
        entity: &'static Entity,
        moment: &Moment,
    ) -> Result<Having, ApiError> {
        match self.get("having") {
            Some(input) => group::having(entity, input, moment),
            None => Ok(Having::default()),
        }
    }

    /// In which order groups of rows of `entity`, which agree in `by`, are.
    pub(super) fn group_order(
        &self,
        entity: &'static Entity,
        by: &[Dimension],
    ) -> Result<Vec<GroupOrder>, ApiError> {
        match self.get("orderBy") {
            Some(input) => group::group_order(entity, by, input),
            None => Ok(Vec::new()),
        }
    }

    /// How many groups at most, where anybody says.
    pub(super) fn first_groups(&self) -> Result<Option<u32>, ApiError> {
        self.limit("first", MAX_GROUPS)
    }

    /// Which page of the list of `entity` with `filter` in `order`.
    pub(super) fn page(
        &self,
        entity: &'static Entity,
        filter: &Filter,
        order: &Order,
    ) -> Result<Page, ApiError> {
        let (first, last) = (
            self.limit("first", MAX_PAGE)?,
            self.limit("last", MAX_PAGE)?,
        );
        if first.is_some() && last.is_some() {
            return Err(ApiError::validation(
                "last",
                "`first` and `last` exclude each other",
            ));
        }
        let cursor = |name| self.cursor(name, entity, filter, order);
        Ok(Page {
            limit: first.or(last).unwrap_or(DEFAULT_PAGE),
            backward: last.is_some(),
            after: cursor("after")?,
            before: cursor("before")?,
        })
    }

    fn limit(&self, name: &str, most: u32) -> Result<Option<u32>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let limit = if let Value::Number(number) = value {
            number.as_u64()
        } else {
            None
        };
        match limit.and_then(|limit| u32::try_from(limit).ok()) {
            Some(limit) if limit <= most => Ok(Some(limit)),
            _ => Err(ApiError::validation(
                name,
                format!("a number from 0 to {most} is required"),
            )),
        }
    }

    fn cursor(
        &self,
        name: &str,
        entity: &'static Entity,
        filter: &Filter,
        order: &Order,
    ) -> Result<Option<Cursor>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let cursor = if let Value::String(text) = value {
            Cursor::parse(text, entity, filter, order)
        } else {
            None
        };
        cursor.map(Some).ok_or_else(|| {
            ApiError::validation(
                name,
                "this is not a cursor of this list with this filter and order",
            )
        })
    }
}

fn global_id(value: &Value) -> Option<GlobalId> {
    match value {
        Value::String(text) => GlobalId::parse(text),
        _ => None,
    }
}

/// A value of `CalendarPeriod`.
fn period(path: &str, value: &Value) -> Result<Period, ApiError> {
    let known = PERIODS
        .iter()
        .find(|(known, ..)| Some(*known) == name(value));
    known
        .map(|(_, period, _)| *period)
        .ok_or_else(|| ApiError::validation(path, "a CalendarPeriod is required"))
}
