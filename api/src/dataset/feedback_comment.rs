//! What there is to read of a comment on feedback.

use entity::feedback_comment::{Column, Entity as Table};

use super::{
    declare::{ascending, text},
    model::Entity,
};

pub(super) fn feedback_comment() -> Entity {
    Entity::of::<Table>(
        (
            "FeedbackComment",
            "feedbackComment",
            "feedbackComments",
            "fbc",
        ),
        "A comment on feedback.",
        ascending("createdAt"),
    )
    .one(
        ("feedback", "feedbackId"),
        Column::FeedbackId,
        "Feedback",
        "What it is a comment on.",
    )
    .one(
        ("author", "authorId"),
        Column::AuthorId,
        "User",
        "Who wrote it.",
    )
    .field(text("body", Column::Body, "The comment."))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
}
