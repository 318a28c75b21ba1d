//! How a row is tied to people and territories: what the words of row scopes mean for a noun.

use sea_orm::{ActiveEnum, ColumnTrait};

use crate::views::Word;

/// What the words of row scopes mean for a noun.
#[derive(Debug, Default)]
pub struct Ties {
    /// The columns with a user whose row it is: `own` and `team`.
    pub people: Vec<Path>,
    /// The columns with a territory that it lies in: `territory` and `team_territory`.
    pub places: Vec<Path>,
    /// The foreign key to the row that it is a part of, and that row's entity: `parent`.
    pub part_of: Option<(&'static str, &'static str)>,
    /// What other words mean.
    pub tests: Vec<(Word, RowTest)>,
}

/// A column of the row, or of one that it leads to. A deleted row leads nowhere.
#[derive(Debug)]
pub struct Path {
    /// The foreign keys on the way, each with the entity that it leads to.
    pub hops: Vec<(&'static str, &'static str)>,
    /// The column at the end.
    pub column: &'static str,
}

/// Something that holds for a row or does not.
#[derive(Debug)]
pub enum RowTest {
    /// The column is null.
    Absent(&'static str),
    /// The column has this value.
    Is(&'static str, String),
    /// The column has another value.
    IsNot(&'static str, String),
    /// The column is a JSON list of objects, in one of which `key` is `value`.
    Lists {
        /// The column.
        column: &'static str,
        /// The key.
        key: &'static str,
        /// Its value.
        value: &'static str,
    },
    /// Each of these rows, as far as there are some, is one that the viewer sees.
    Seen(Vec<About>),
    /// All of these hold.
    All(Vec<Self>),
    /// The column at the end of the path is the viewer.
    Mine(Path),
    /// Some row of `target` whose `column` refers to this row leads to the viewer.
    SomeMine {
        /// The entity that refers here.
        target: &'static str,
        /// Its foreign key.
        column: &'static str,
        /// The way from there.
        path: Path,
    },
}

/// A row that another one is about.
#[derive(Debug)]
pub struct About {
    /// The foreign key.
    pub column: &'static str,
    /// The entity that it leads to.
    pub target: &'static str,
    /// The guarded fields of it that are told by what is said of it: the viewer sees these as well.
    pub tells: &'static [&'static str],
    /// The rows that tell them, where it is not all: those whose column has this value.
    pub tells_where: Option<(&'static str, String)>,
    /// Whether it tells something that there is none: then it is to whoever sees all rows that there could be. For
    /// others none is as good as one that they do not see.
    pub none_tells: bool,
}

impl Ties {
    /// The words that row scopes of the noun may have.
    #[must_use]
    pub fn words(&self) -> Vec<Word> {
        let mut words = Vec::new();
        if !self.people.is_empty() {
            words.extend([Word::Own, Word::Team]);
        }
        if !self.places.is_empty() {
            words.extend([Word::Territory, Word::TeamTerritory]);
        }
        words.extend(self.part_of.map(|_| Word::Parent));
        words.extend(self.tests.iter().map(|(word, _)| *word));
        words
    }

    /// What a word of its own means for the noun.
    #[must_use]
    pub fn test(&self, word: Word) -> Option<&RowTest> {
        self.tests
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, test)| test)
    }

    /// The columns of the row itself that a word looks at.
    #[must_use]
    pub fn columns(&self, word: Word) -> Vec<&'static str> {
        let paths = match word {
            Word::Own | Word::Team => &self.people,
            Word::Territory | Word::TeamTerritory => &self.places,
            Word::Parent => return self.part_of.iter().map(|(column, _)| *column).collect(),
            _ => return self.test(word).map(RowTest::columns).unwrap_or_default(),
        };
        paths.iter().map(Path::first).collect()
    }
}

impl Path {
    /// Reached over the row of `target` that `column` refers to.
    pub(super) fn via<C: ColumnTrait>(mut self, column: C, target: &'static str) -> Self {
        self.hops.insert(0, (column.as_str(), target));
        self
    }

    /// The column of the row itself that the way begins with.
    #[must_use]
    pub fn first(&self) -> &'static str {
        self.hops.first().map_or(self.column, |(column, _)| column)
    }
}

impl About {
    /// What is said of it tells these guarded fields.
    pub(super) fn telling(mut self, fields: &'static [&'static str]) -> Self {
        self.tells = fields;
        self
    }

    /// What rows with this value of `column` say of it tells these guarded fields.
    pub(super) fn telling_where<C: ColumnTrait, E: ActiveEnum<Value = String>>(
        mut self,
        column: C,
        value: &E,
        fields: &'static [&'static str],
    ) -> Self {
        self.tells_where = Some((column.as_str(), value.to_value()));
        self.telling(fields)
    }

    /// It tells something that there is none.
    pub(super) fn or_none(mut self) -> Self {
        self.none_tells = true;
        self
    }
}

impl RowTest {
    /// The columns of the row itself that it looks at.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        vec![match self {
            Self::Seen(rows) => {
                let told = rows.iter().filter_map(|about| about.tells_where.as_ref());
                let told = told.map(|(column, _)| *column);
                return rows.iter().map(|about| about.column).chain(told).collect();
            }
            Self::All(tests) => return tests.iter().flat_map(Self::columns).collect(),
            Self::Absent(column)
            | Self::Is(column, _)
            | Self::IsNot(column, _)
            | Self::Lists { column, .. } => column,
            Self::Mine(path) => path.first(),
            Self::SomeMine { .. } => "id",
        }]
    }
}

/// The column itself.
pub(super) fn at<C: ColumnTrait>(column: C) -> Path {
    Path {
        hops: Vec::new(),
        column: column.as_str(),
    }
}

pub(super) fn absent<C: ColumnTrait>(column: C) -> RowTest {
    RowTest::Absent(column.as_str())
}

pub(super) fn is<C: ColumnTrait, E: ActiveEnum<Value = String>>(column: C, value: &E) -> RowTest {
    RowTest::Is(column.as_str(), value.to_value())
}

pub(super) fn is_not<C: ColumnTrait, E: ActiveEnum<Value = String>>(
    column: C,
    value: &E,
) -> RowTest {
    RowTest::IsNot(column.as_str(), value.to_value())
}

pub(super) fn lists<C: ColumnTrait>(column: C, key: &'static str, value: &'static str) -> RowTest {
    RowTest::Lists {
        column: column.as_str(),
        key,
        value,
    }
}

pub(super) fn seen<const N: usize>(rows: [About; N]) -> RowTest {
    RowTest::Seen(rows.into())
}

pub(super) fn both(one: RowTest, other: RowTest) -> RowTest {
    RowTest::All(vec![one, other])
}

/// The row of `target` that `column` refers to.
pub(super) fn about<C: ColumnTrait>(column: C, target: &'static str) -> About {
    About {
        column: column.as_str(),
        target,
        tells: &[],
        tells_where: None,
        none_tells: false,
    }
}

pub(super) fn mine(path: Path) -> RowTest {
    RowTest::Mine(path)
}

pub(super) fn some_mine<C: ColumnTrait>(target: &'static str, column: C, path: Path) -> RowTest {
    RowTest::SomeMine {
        target,
        column: column.as_str(),
        path,
    }
}
