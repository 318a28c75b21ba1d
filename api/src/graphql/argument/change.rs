//! The arguments of the change feed and of histories.

use async_graphql::Value;

use crate::{
    dataset::{Entity, GlobalId, dataset},
    error::ApiError,
    reader::{ChangeFilter, MOST_CHANGES, REMOVED, number_of},
};

use super::{
    Arguments, DEFAULT_PAGE,
    operand::{items, name, object, text},
};

/// How many changes a page of the feed has when nobody says.
pub(in crate::graphql) const DEFAULT_CHANGES: u32 = 100;
/// How many values a list of a filter may have.
const MOST_VALUES: usize = 500;

/// The values of `ChangeKind`, with what they say.
pub(in crate::graphql) const CHANGE_KINDS: [(&str, &str); 7] = [
    ("CREATED", "It was made."),
    ("UPDATED", "It was changed."),
    (
        "DELETED",
        "It was deleted, and is there again by now. One that is gone is told as `REMOVED`.",
    ),
    ("RESTORED", "It was brought back."),
    ("MERGED", "It was made one with another."),
    (
        "UNMERGED",
        "It was taken apart from another that it was made one with.",
    ),
    (
        REMOVED,
        "You do not see it any more: it was deleted, or has left your view. Take it out of what you keep.",
    ),
];

/// The values of `ActivityScope`, with what they say.
pub(in crate::graphql) const ACTIVITY: [(&str, &str); 3] = [
    ("MINE", "Your own rows."),
    ("TERRITORY", "Your own rows, and those in your territories."),
    ("ALL", "All rows that you see."),
];

/// Whose rows changes are told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::graphql) enum Activity {
    Mine,
    Territory,
    #[default]
    All,
}

impl Arguments {
    /// How many changes a page of the feed has.
    pub(in crate::graphql) fn first_changes(&self) -> Result<u32, ApiError> {
        match self.limit("first", MOST_CHANGES)? {
            Some(0) => Err(ApiError::validation(
                "first",
                format!("a number from 1 to {MOST_CHANGES} is required"),
            )),
            first => Ok(first.unwrap_or(DEFAULT_CHANGES)),
        }
    }

    /// The cursor of the feed to go on from, where there is one.
    pub(in crate::graphql) fn after(&self) -> Result<Option<&str>, ApiError> {
        let after = self.get("after");
        after.map(|value| text("after", value)).transpose()
    }

    /// The nouns whose changes are told; all of them without.
    pub(in crate::graphql) fn entities(&self) -> Result<Vec<&'static Entity>, ApiError> {
        let Some(value) = self.get("entities") else {
            return Ok(dataset().entities().iter().collect());
        };
        let mut entities: Vec<&'static Entity> = Vec::new();
        for (place, value) in items(value).iter().enumerate() {
            let mut known = dataset().entities().iter();
            let entity = known.find(|entity| name(value) == Some(&entity.kind()));
            let entity = entity.ok_or_else(|| {
                ApiError::validation(format!("entities.{place}"), "an EntityKind is required")
            })?;
            if !entities.iter().any(|known| known.name == entity.name) {
                entities.push(entity);
            }
        }
        Ok(entities)
    }

    /// Which changes are told, and whose rows they are of.
    pub(in crate::graphql) fn change_filter(&self) -> Result<(ChangeFilter, Activity), ApiError> {
        let (mut filter, mut activity) = (ChangeFilter::default(), Activity::All);
        let Some(input) = self.get("filter") else {
            return Ok((filter, activity));
        };
        for (field, value) in object("filter", input, "an object")? {
            let path = format!("filter.{field}");
            if *value == Value::Null {
                continue;
            }
            match field.as_str() {
                "ids" => filter.ids = Some(ids(&path, value)?),
                "actorIds" => filter.actors = Some(ids(&path, value)?),
                "kinds" => filter.kinds = Some(names(&path, value, &CHANGE_KINDS)?),
                "fields" => filter.fields = Some(fields(&path, value)?),
                "scope" => activity = activity_of(&path, value)?,
                _ => return Err(ApiError::validation(path, "there is no such field")),
            }
        }
        Ok((filter, activity))
    }

    /// Whose rows are told of.
    pub(in crate::graphql) fn activity(&self) -> Result<Activity, ApiError> {
        match self.get("scope") {
            Some(value) => activity_of("scope", value),
            None => Ok(Activity::Mine),
        }
    }

    /// Which page of a history: how many changes, and before which number.
    pub(in crate::graphql) fn history(&self) -> Result<(u32, Option<i64>), ApiError> {
        let limit = self.limit("first", MOST_CHANGES)?.unwrap_or(DEFAULT_PAGE);
        let before = match self.after()? {
            Some(cursor) => Some(number_of(cursor).ok_or_else(|| {
                ApiError::validation("after", "this is not a cursor of a history")
            })?),
            None => None,
        };
        Ok((limit, before))
    }
}

/// The items of a list, each read by `read`.
fn each<T>(
    path: &str,
    value: &Value,
    read: impl Fn(&str, &Value) -> Result<T, ApiError>,
) -> Result<Vec<T>, ApiError> {
    let items = items(value);
    if items.len() > MOST_VALUES {
        let problem = format!("at most {MOST_VALUES} values");
        return Err(ApiError::validation(path, problem));
    }
    let items = items.iter().enumerate();
    items
        .map(|(place, item)| read(&format!("{path}.{place}"), item))
        .collect()
}

/// Global ids; what is none is nobody's, and is left out.
fn ids(path: &str, value: &Value) -> Result<Vec<GlobalId>, ApiError> {
    let ids = each(path, value, |path, item| {
        text(path, item).map(GlobalId::parse)
    })?;
    Ok(ids.into_iter().flatten().collect())
}

fn names(path: &str, value: &Value, known: &[(&str, &str)]) -> Result<Vec<String>, ApiError> {
    each(path, value, |path, item| {
        let name = name(item).filter(|name| known.iter().any(|(it, _)| it == name));
        let name = name.map(str::to_owned);
        name.ok_or_else(|| ApiError::validation(path, "a ChangeKind is required"))
    })
}

/// Names of fields, of whichever noun.
fn fields(path: &str, value: &Value) -> Result<Vec<String>, ApiError> {
    each(path, value, |path, item| {
        let name = text(path, item)?;
        let mut entities = dataset().entities().iter();
        if entities.any(|entity| entity.find(name).is_some()) {
            return Ok(name.to_owned());
        }
        let problem = "no kind of row has a field of that name";
        Err(ApiError::validation(path, problem))
    })
}

fn activity_of(path: &str, value: &Value) -> Result<Activity, ApiError> {
    match name(value) {
        Some("MINE") => Ok(Activity::Mine),
        Some("TERRITORY") => Ok(Activity::Territory),
        Some("ALL") => Ok(Activity::All),
        _ => Err(ApiError::validation(path, "an ActivityScope is required")),
    }
}
