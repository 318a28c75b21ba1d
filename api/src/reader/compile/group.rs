//! Aggregates and groups: rows are grouped inside, what is asked of each group is worked out around it.

use crate::{
    dataset::{Direction, Entity, Kind, dataset},
    error::ApiError,
};

use super::{
    super::{
        aggregate::{Aggregate, Dimension, GroupKey, GroupPart, Groups, KeyPart, MAX_GROUPS},
        order::Piece,
    },
    Compiler, Parent,
    measure::Numbers,
    order::{expression, rank},
    row::misuse,
    source::Source,
};

impl Compiler<'_> {
    /// Numbers over rows.
    pub(in crate::reader) fn root_aggregate(
        &mut self,
        aggregate: &Aggregate,
    ) -> Result<(), ApiError> {
        let Aggregate {
            entity,
            filter,
            parts,
        } = aggregate;
        let (source, mut numbers) = (self.all_rows(entity, filter)?, Numbers::default());
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = self.aggregate_part(&mut numbers, part, entity, &source.alias)?;
            pairs.push((key.as_str(), value));
        }
        let mut columns = vec!["count(*) AS n".to_owned()];
        columns.append(&mut numbers.columns);
        let from = format!(" FROM (SELECT {}{}) AS g", columns.join(", "), source.sql());
        let object = self.object(&pairs, &from)?;
        self.sql = format!("SELECT {}", self.dialect.text(&format!("({object})")));
        Ok(())
    }

    /// Groups of rows, as an array; and how many there are, as the second column.
    pub(in crate::reader) fn root_groups(&mut self, groups: &Groups) -> Result<(), ApiError> {
        let Groups { entity, filter, .. } = groups;
        let (mut source, mut numbers) = (self.all_rows(entity, filter)?, Numbers::default());
        let mut columns = Vec::with_capacity(groups.by.len() + 1);
        for (place, dimension) in groups.by.iter().enumerate() {
            let value = self.dimension(&mut source, entity, dimension)?;
            columns.push(format!("{value} AS d{place}"));
        }
        columns.push("count(*) AS n".to_owned());
        let alias = source.alias.clone();
        let mut pairs = Vec::with_capacity(groups.parts.len());
        for (key, part) in &groups.parts {
            let value = self.group_part(&mut numbers, part, groups, &alias)?;
            pairs.push((key.as_str(), value));
        }
        let having = self.logic(&groups.having, &mut |compiler, condition| {
            let Some(measure) = &condition.measure else {
                return Ok(compiler.passes("g.n", None, &condition.test));
            };
            let measured = compiler.measure(&mut numbers, measure, entity, &alias)?;
            Ok(compiler.measure_passes(&measured, &condition.test))
        })?;
        let order = self.group_order(&mut numbers, groups, &alias)?;
        columns.append(&mut numbers.columns);
        let places: Vec<_> = (1..=groups.by.len())
            .map(|place| place.to_string())
            .collect();
        let inner = format!(
            "SELECT {}{} GROUP BY {}",
            columns.join(", "),
            source.sql(),
            places.join(", ")
        );
        let limit = groups.first.unwrap_or(MAX_GROUPS + 1);
        let numbered = format!(
            "SELECT g.*, row_number() OVER (ORDER BY {order}) AS position, count(*) OVER () AS total \
             FROM ({inner}) AS g WHERE {having} ORDER BY {order} LIMIT {limit}"
        );
        let object = format!("({})", self.object(&pairs, "")?);
        // Where they are too many, nothing is read of them.
        let few = format!("g.total <= {MAX_GROUPS}");
        let few = groups.first.is_none().then_some(few.as_str());
        let list = self.dialect.list(&object, Some("g.position"), few);
        let list = self.dialect.text(&list);
        self.sql = format!("SELECT {list}, count(*) FROM ({numbered}) AS g");
        Ok(())
    }

    fn group_part(
        &mut self,
        numbers: &mut Numbers,
        part: &GroupPart,
        groups: &Groups,
        alias: &str,
    ) -> Result<String, ApiError> {
        match part {
            GroupPart::Aggregate(part) => self.aggregate_part(numbers, part, groups.entity, alias),
            GroupPart::Key(parts) => self.key(parts, groups),
            GroupPart::Rows(connection) => self.connection(connection, Parent::Group(groups)),
        }
    }

    /// What the rows of a group agree in, as an object.
    fn key(&mut self, parts: &[(String, KeyPart)], groups: &Groups) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                KeyPart::TypeName(name) => format!("'{name}'"),
                KeyPart::Null => self.dialect.null().to_owned(),
                KeyPart::Dimension(place) => match groups.by.get(*place) {
                    Some(dimension) => self.key_value(dimension, *place)?,
                    None => self.dialect.null().to_owned(),
                },
                KeyPart::Related(parts) => self.key(parts, groups)?,
                KeyPart::Row(place, node) => {
                    format!("({})", self.row_by_id(node, &format!("g.d{place}"))?)
                }
            };
            pairs.push((key.as_str(), value));
        }
        Ok(format!("({})", self.object(&pairs, "")?))
    }

    fn key_value(&self, dimension: &Dimension, place: usize) -> Result<String, ApiError> {
        let column = format!("g.d{place}");
        Ok(match dimension.field.kind {
            Kind::Boolean(_) => self.dialect.boolean(&column),
            Kind::ForeignId { target, .. } => {
                let prefix = dataset().target(target)?.prefix;
                self.dialect.global_id(prefix, &column)
            }
            _ => column,
        })
    }

    /// The value of a dimension for the rows of `entity` in `source`.
    fn dimension(
        &mut self,
        source: &mut Source,
        entity: &'static Entity,
        dimension: &Dimension,
    ) -> Result<String, ApiError> {
        let Dimension {
            way,
            field,
            period,
            path,
        } = dimension;
        let (entity, alias) = self.reach(source, entity, way, path)?;
        self.refuse_masked(field, entity, path)?;
        let value = match (period, &field.kind) {
            (Some(period), _) => self.period(field, *period, &alias),
            (None, Kind::Money { .. }) => expression(field, Piece::Currency, &alias),
            (None, _) => return self.countable(field, entity, &alias),
        };
        value.ok_or_else(|| misuse(field))
    }

    /// The condition that the rows of `source` agree with the group at `g` in the dimension at that place.
    pub(super) fn agrees(
        &mut self,
        source: &mut Source,
        entity: &'static Entity,
        dimension: &Dimension,
        place: usize,
    ) -> Result<String, ApiError> {
        let Dimension {
            way, field, period, ..
        } = dimension;
        let value = self.dimension(source, entity, dimension)?;
        let group = format!("g.d{place}");
        let mut agrees = format!("{value} = {group}");
        if let (Some(period), Kind::Instant(column), true) = (period, &field.kind, way.is_empty()) {
            let column = format!("{}.\"{column}\"", source.alias);
            let about = self.dialect.about_period(&column, &group, *period);
            agrees = format!("{agrees} AND {about}");
        }
        let unknown = matches!(field.kind, Kind::ForeignId { .. });
        if !way.is_empty() || field.nullable || unknown {
            // Not `IS NOT DISTINCT FROM`, by which no index is looked up.
            agrees = format!("({agrees} OR {value} IS NULL AND {group} IS NULL)");
        }
        Ok(agrees)
    }

    /// The `ORDER BY` of groups at `g`.
    fn group_order(
        &mut self,
        numbers: &mut Numbers,
        groups: &Groups,
        alias: &str,
    ) -> Result<String, ApiError> {
        let mut order = Vec::new();
        let mut push = |keys: Vec<String>, direction, nulls_first| {
            let direction = match direction {
                Direction::Ascending => "ASC",
                Direction::Descending => "DESC",
            };
            let nulls = if nulls_first { "FIRST" } else { "LAST" };
            let keys = keys.into_iter();
            order.extend(keys.map(|key| format!("{key} {direction} NULLS {nulls}")));
        };
        for key in &groups.order {
            let keys = match &key.by {
                GroupKey::Count => vec!["g.n".to_owned()],
                GroupKey::Dimension(place) => vec![dimension_key(groups, *place)],
                GroupKey::Measure(measure) => {
                    let measured = self.measure(numbers, measure, groups.entity, alias)?;
                    self.measure_keys(&measured)
                }
            };
            push(keys, key.direction, key.nulls_first);
        }
        for place in 0..groups.by.len() {
            push(
                vec![dimension_key(groups, place)],
                Direction::Ascending,
                false,
            );
        }
        Ok(order.join(", "))
    }
}

/// What groups at `g` are ordered by to be in the order of the dimension at that place.
fn dimension_key(groups: &Groups, place: usize) -> String {
    let column = format!("g.d{place}");
    let dimension = groups.by.get(place);
    let ranked = dimension.and_then(|dimension| rank(dimension.field, &column));
    ranked.unwrap_or(column)
}
