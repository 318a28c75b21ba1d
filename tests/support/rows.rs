//! Random rows for every table that there is something to read of, as nasty as the tables allow.
//!
//! They are made from the entities, so that a new column is filled without a word here; what the
//! database demands beyond types stands in `rules`.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot have its rows fails, and says why"
)]

mod company;
mod rules;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    account, account_domain, asset, business_calendar, campaign, campaign_cost, campaign_member,
    contact, duplicate_candidate, feedback, feedback_comment, feedback_mention, holiday, lead,
    lead_definition, lead_definition_approval, lead_match, lead_match_candidate, lead_readiness,
    lead_transition, merge, opportunity, opportunity_change, opportunity_contact, playbook,
    playbook_step, reason_code, routing_candidate, routing_decision, routing_pool_member,
    routing_rule, score_factor, sla_clock, sla_policy, task, team_request, territory, touch, user,
    user_territory,
};
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, EntityTrait, IdenStatic,
    Iterable,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::choices::Choices;

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// None.
    Null,
    /// Text, or a value of an enumeration.
    Text(String),
    /// A whole number of any size.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// A point in time, with microseconds.
    Instant(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
    /// An id.
    Id(Uuid),
    /// JSON.
    Json(Json),
}

/// A row, by column.
pub type Row = BTreeMap<&'static str, Cell>;

/// The value of `row` in `column`.
///
/// # Panics
///
/// When the table has no such column.
#[must_use]
pub fn cell<'r>(row: &'r Row, column: &str) -> &'r Cell {
    row.get(column).unwrap_or_else(|| panic_about(column))
}

#[expect(clippy::panic, reason = "a test asked for what there is not")]
fn panic_about(column: &str) -> ! {
    panic!("no column {column}")
}

/// Rows of every table, in memory.
#[derive(Debug)]
pub struct Rows {
    /// In an order in which foreign keys refer to rows made before.
    tables: Vec<Table>,
    choices: Choices,
    count: usize,
}

#[derive(Debug)]
struct Table {
    name: &'static str,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Where each id is.
    places: BTreeMap<Uuid, usize>,
    /// The values of each unique key so far.
    taken: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Column {
    name: &'static str,
    kind: ColumnType,
    nullable: bool,
}

impl Rows {
    /// About `count` rows a table, the same for the same `seed`.
    #[must_use]
    pub fn random(seed: u64, count: usize) -> Self {
        let mut rows = Self {
            tables: Vec::new(),
            choices: Choices::seeded(seed),
            count,
        };
        rows.fill::<user::Entity>();
        rows.fill::<business_calendar::Entity>();
        rows.fill::<holiday::Entity>();
        rows.fill::<territory::Entity>();
        rows.fill::<user_territory::Entity>();
        rows.fill::<account::Entity>();
        rows.fill::<account_domain::Entity>();
        rows.fill::<contact::Entity>();
        rows.fill::<reason_code::Entity>();
        rows.fill::<campaign::Entity>();
        rows.fill::<campaign_cost::Entity>();
        rows.fill::<lead_definition::Entity>();
        rows.fill::<lead_definition_approval::Entity>();
        rows.fill::<lead::Entity>();
        rows.fill::<lead_transition::Entity>();
        rows.fill::<campaign_member::Entity>();
        rows.fill::<opportunity::Entity>();
        rows.fill::<opportunity_contact::Entity>();
        rows.fill::<opportunity_change::Entity>();
        rows.fill::<touch::Entity>();
        rows.fill::<asset::Entity>();
        rows.fill::<feedback::Entity>();
        rows.fill::<feedback_comment::Entity>();
        rows.fill::<feedback_mention::Entity>();
        rows.fill::<team_request::Entity>();
        rows.fill::<playbook::Entity>();
        rows.fill::<playbook_step::Entity>();
        rows.fill::<task::Entity>();
        rows.have_ids_of_companions();
        rows.fill::<lead_match::Entity>();
        rows.match_with_own();
        rows.fill::<lead_match_candidate::Entity>();
        rows.fill::<lead_readiness::Entity>();
        rows.fill::<score_factor::Entity>();
        rows.fill::<duplicate_candidate::Entity>();
        rows.fill::<sla_policy::Entity>();
        rows.fill::<sla_clock::Entity>();
        rows.fill::<routing_rule::Entity>();
        rows.fill::<routing_pool_member::Entity>();
        rows.fill::<routing_decision::Entity>();
        rows.fill::<routing_candidate::Entity>();
        rows.fill::<merge::Entity>();
        company::settle(&mut rows);
        rows
    }

    /// The rows of `table`, deleted ones too; none where there is no such table.
    #[must_use]
    pub fn of(&self, table: &str) -> &[Row] {
        let table = self.tables.iter().find(|candidate| candidate.name == table);
        table.map_or(&[], |table| &table.rows)
    }

    /// The row of `table` with that id, deleted or not.
    #[must_use]
    pub fn find(&self, table: &str, id: Uuid) -> Option<&Row> {
        let table = self.tables.iter().find(|it| it.name == table)?;
        table.rows.get(*table.places.get(&id)?)
    }

    /// Changes one value of the row of `table` with that id.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn set(&mut self, table: &str, id: Uuid, column: &'static str, value: Cell) {
        let table = self.tables.iter_mut().find(|it| it.name == table);
        let row = table.and_then(|table| {
            let place = table.places.get(&id)?;
            table.rows.get_mut(*place)
        });
        let row = row.expect("the row is there");
        row.insert(column, value);
    }

    /// Writes them into a migrated `database`, instead of what the migrations put there.
    ///
    /// # Panics
    ///
    /// When the database refuses.
    pub async fn insert(&self, database: &DatabaseConnection) {
        delete_seeds::<reason_code::Entity>(database).await;
        delete_seeds::<sla_policy::Entity>(database).await;
        delete_seeds::<business_calendar::Entity>(database).await;
        let filled = self.tables.iter().filter(|table| !table.rows.is_empty());
        for table in filled {
            let mut insert = Query::insert();
            insert
                .into_table(Alias::new(table.name))
                .columns(table.columns.iter().map(|column| Alias::new(column.name)));
            for row in &table.rows {
                let values = table
                    .columns
                    .iter()
                    .map(|column| Expr::value(value::stored(cell(row, column.name), &column.kind)));
                insert.values(values).expect("every column has a value");
            }
            let inserted = database.execute(&insert).await;
            inserted.unwrap_or_else(|error| refused(table.name, &error));
        }
    }

    /// Writes one value of a row into `database`, where the row is already.
    ///
    /// # Panics
    ///
    /// When the database refuses.
    pub async fn update(&self, database: &DatabaseConnection, table: &str, id: Uuid, column: &str) {
        let row = self.find(table, id).expect("the row is there");
        let known = self.tables.iter().find(|it| it.name == table);
        let mut columns = known.iter().flat_map(|table| &table.columns);
        let known = columns.find(|it| it.name == column);
        let kind = &known.expect("there is such a column").kind;
        let value = value::stored(cell(row, column), kind);
        let mut update = Query::update();
        update
            .table(Alias::new(table))
            .value(Alias::new(column), Expr::value(value))
            .and_where(ExprTrait::eq(Expr::col(Alias::new("id")), id));
        let updated = database.execute(&update).await;
        updated.unwrap_or_else(|error| refused(table, &error));
    }

    /// A lead, its match and its readiness have the same id: here each has a name of its own, as every other reference
    /// has.
    fn have_ids_of_companions(&mut self) {
        let leads = self.tables.iter_mut().filter(|table| table.name == "lead");
        for row in leads.flat_map(|table| &mut table.rows) {
            let id = cell(row, "id").clone();
            row.insert("match_id", id.clone());
            row.insert("readiness_id", id);
        }
    }

    /// Most leads are matched with an account of their owner, so that there are some who see both.
    fn match_with_own(&mut self) {
        let accounts = self.of("account").to_vec();
        let leads = self.of("lead").to_vec();
        let matches = self.tables.last_mut();
        let matches = matches.into_iter().flat_map(|table| &mut table.rows);
        for (_, found) in matches.enumerate().filter(|(number, _)| number % 4 != 0) {
            let lead = leads
                .iter()
                .find(|lead| cell(lead, "id") == cell(found, "lead_id"));
            let owner = lead.map(|lead| cell(lead, "owner_id"));
            let account = accounts
                .iter()
                .find(|it| Some(cell(it, "owner_id")) == owner);
            if let Some(account) = account {
                found.insert("account_id", cell(account, "id").clone());
            }
        }
    }

    fn fill<E: EntityTrait>(&mut self) {
        let columns = E::Column::iter().map(|column| Column {
            name: column.as_str(),
            kind: column.def().get_column_type().clone(),
            nullable: column.def().is_null(),
        });
        let table = Table {
            name: E::default().table_name(),
            columns: columns.collect(),
            rows: Vec::new(),
            places: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        self.tables.push(table);
        for number in 0..self.count * rules::share(E::default().table_name()) {
            // A pair that is taken is drawn again, a few times.
            let row = (0..5).find_map(|_attempt| self.draw(number));
            if let (Some(row), Some(table)) = (row, self.tables.last_mut()) {
                table.push(row);
            }
        }
    }

    /// Draws row `number` of the last table; `None` where a unique key is taken.
    fn draw(&mut self, number: usize) -> Option<Row> {
        let table = self.tables.last()?;
        let (name, columns) = (table.name, table.columns.clone());
        let mut row = Row::new();
        for column in &columns {
            let value = self.value(name, column, number);
            row.insert(column.name, value);
        }
        rules::hold_checks(name, &mut row);
        let table = self.tables.last_mut()?;
        let keys = rules::unique_keys(name, &row);
        if keys.iter().any(|key| table.taken.contains(key)) {
            return None;
        }
        table.taken.extend(keys);
        Some(row)
    }

    fn value(&mut self, table: &str, column: &Column, number: usize) -> Cell {
        // Most rows are there; the rest are deleted.
        let share = if column.name == "deleted_at" { 6 } else { 4 };
        let set = self.choices.one_in(share) == (column.name == "deleted_at");
        if column.nullable && !set {
            return Cell::Null;
        }
        match rules::referred_table(table, column.name) {
            Some(referred) => {
                let choices = &mut self.choices;
                let rows = self.tables.iter().find(|table| table.name == referred);
                // Half of them refer to the same three, so that some lists are long.
                let few = choices.one_in(2);
                let rows = rows.map_or(&[][..], |table| &table.rows);
                let row = choices.pick(if few {
                    rows.get(..3).unwrap_or(rows)
                } else {
                    rows
                });
                row.map_or(Cell::Null, |row| cell(row, "id").clone())
            }
            None => value::draw(
                &mut self.choices,
                (table, column.name),
                &column.kind,
                number,
            ),
        }
    }
}

impl Table {
    fn push(&mut self, row: Row) {
        if let Some(Cell::Id(id)) = row.get("id") {
            self.places.insert(*id, self.rows.len());
        }
        self.rows.push(row);
    }
}

async fn delete_seeds<E: EntityTrait>(database: &DatabaseConnection) {
    let deleted = E::delete_many().exec(database).await;
    deleted.expect("what migrations have put there can be deleted");
}

#[expect(clippy::panic, reason = "a test that cannot have its rows fails")]
fn refused(table: &str, error: &sea_orm::DbErr) -> sea_orm::ExecResult {
    panic!("{table}: {error}")
}
