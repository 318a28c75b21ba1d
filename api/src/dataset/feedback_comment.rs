//! What there is to read of a comment on feedback.

use entity::feedback_comment::{Column, Entity as Table};

use super::{
    declare::{HIDE, ascending, text},
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
    .guarded_one(
        ("author", "authorId"),
        Column::AuthorId,
        "User",
        "Who wrote it.",
    )
    .guarded(text("body", Column::Body, "The comment."), &HIDE)
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("feedback")
    .part_of(Column::FeedbackId, "Feedback")
    .made("add", &["feedbackId", "body"], &[])
    .written_with("comment")
}
