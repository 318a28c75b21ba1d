//! What there is to read of somebody who is mentioned in a comment on feedback.

use entity::feedback_mention::{Column, Entity as Table};

use super::{
    declare::{descending, instant},
    model::Entity,
};

pub(super) fn feedback_mention() -> Entity {
    Entity::of::<Table>(
        (
            "FeedbackMention",
            "feedbackMention",
            "feedbackMentions",
            "fbm",
        ),
        "Somebody who is asked to read a comment on feedback.",
        descending("at"),
    )
    .one(
        ("feedback", "feedbackId"),
        Column::FeedbackId,
        "Feedback",
        "What the comment is on.",
    )
    .one(
        ("comment", "commentId"),
        Column::CommentId,
        "FeedbackComment",
        "The comment.",
    )
    .one(
        ("user", "userId"),
        Column::UserId,
        "User",
        "Who is asked to read it.",
    )
    .open(instant("at", Column::At, "When, in UTC."))
    .read_by("feedback")
    .part_of(Column::FeedbackId, "Feedback")
}
