//! Who is asked to read what is said on feedback.

use sea_orm::entity::prelude::*;

/// One person, asked to read one comment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_mention")]
pub struct Model {
    /// Prefix `fbm` in global ids.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The feedback that the comment is on.
    pub feedback_id: Uuid,
    /// The comment.
    pub comment_id: Uuid,
    /// The user who is asked to read it; once for each comment.
    pub user_id: Uuid,
    /// UTC; when.
    pub at: DateTimeUtc,
}

/// None: relations are declared once, where the dataset is.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
