//! What there is to read of a comment on feedback.

use entity::{
    feedback_comment::{Column, Entity as Table},
    feedback_mention,
};

use super::{
    declare::{HIDE, ascending, ids, text},
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
    .many(
        "mentions",
        "FeedbackMention",
        feedback_mention::Column::CommentId,
        "Who is asked to read it, latest first.",
    )
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("feedback")
    .part_of(Column::FeedbackId, "Feedback")
    .made("add", &["feedbackId", "body"], &["mentionIds"])
    .unread(ids(
        "mentionIds",
        "User",
        "Who is asked to read it: users who see the feedback, 20 at the most in one mutation.",
    ))
    .written_with("comment")
}
