//! What there is to read of a request.

use entity::{
    sla_clock,
    team_request::{Column, Entity as Table, RequestFunction, RequestState},
};

use crate::views::Word;

use super::{
    declare::{HIDE, at, choice, day, descending, instant, int, is, text},
    model::{Entity, Enumeration},
};

pub(super) fn team_request() -> Entity {
    Entity::of::<Table>(("TeamRequest", "teamRequest", "teamRequests", "req"), "What one function asks the other for: a case study, a list for an event, a visit. It is answered, delivered and rated.", descending("createdAt"))
    .open(choice("fromFunction", Column::FromFunction, function(), "Who asks."))
    .open(choice("toFunction", Column::ToFunction, function(), "Who is asked."))
    .open(text("title", Column::Title, "What is asked for."))
    .guarded(text("details", Column::Details, "In the words of who asks."), &HIDE)
    .open(day("neededBy", Column::NeededBy, "The day by which it is needed."))
    .guarded_one(("requester", "requesterId"), Column::RequesterId, "User", "Who asks.")
    .one(("assignee", "assigneeId"), Column::AssigneeId, "User", "Who is to answer and deliver.")
    .open(choice("state", Column::State, state(), "What has become of it."))
    .open(instant("answeredAt", Column::AnsweredAt, "When it was accepted or declined, in UTC."))
    .open(text("declineReason", Column::DeclineReason, "Why it was declined."))
    .open(instant("deliveredAt", Column::DeliveredAt, "When it was delivered, in UTC."))
    .one(("deliveredCampaign", "deliveredCampaignId"), Column::DeliveredCampaignId, "Campaign", "The campaign that was delivered.")
    .open(text("deliveredUrl", Column::DeliveredUrl, "Where to see what was delivered."))
    .open(instant("ratedAt", Column::RatedAt, "When it was rated, in UTC."))
    .open(int("rating", Column::Rating, "How good it is, for who asked: 1 (bad) to 5 (good)."))
    .open(text("ratingNote", Column::RatingNote, "What who asked has to say of it."))
    .many("slaClocks", "SlaClock", sla_clock::Column::TeamRequestId, "How long its answer and its delivery may take, latest first.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("request")
    .person(at(Column::RequesterId))
    .person(at(Column::AssigneeId))
    .test(Word::ToMarketing, is(Column::ToFunction, &RequestFunction::Marketing))
    .test(Word::ToSales, is(Column::ToFunction, &RequestFunction::Sales))
    .can(&["create"], &["answer", "assign", "rate", "delete", "restore"])
    .made("create", &["title", "details", "neededBy"], &["toFunction", "assigneeId"])
}

fn function() -> Enumeration {
    Enumeration::of(
        "RequestFunction",
        "Who asks whom.",
        |value: RequestFunction| match value {
            RequestFunction::Sales => "Sales.",
            RequestFunction::Marketing => "Marketing.",
        },
    )
}

fn state() -> Enumeration {
    Enumeration::of(
        "RequestState",
        "What has become of a request.",
        |value: RequestState| match value {
            RequestState::Open => "Nobody has answered.",
            RequestState::Accepted => "It will be delivered.",
            RequestState::Declined => "It will not be delivered, for a reason.",
            RequestState::Delivered => "It is there.",
            RequestState::Rated => "Who asked has said how good it is.",
        },
    )
}
