//! What there is to read of a user who was looked at for a lead.

use entity::routing_candidate::{CandidateWhy, Column, Entity as Table};

use crate::views::Word;

use super::{
    declare::{about, ascending, boolean, choice, int, seen},
    model::{Entity, Enumeration},
};

pub(super) fn routing_candidate() -> Entity {
    Entity::of::<Table>(
        (
            "RoutingCandidate",
            "routingCandidate",
            "routingCandidates",
            "routecand",
        ),
        "A user who was looked at for a lead. It is there for who sees both.",
        ascending("place"),
    )
    .one(
        ("routingDecision", "routingDecisionId"),
        Column::RoutingDecisionId,
        "RoutingDecision",
        "The decision that they were looked at for.",
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .one(("user", "userId"), Column::UserId, "User", "The user.")
    .open(int(
        "place",
        Column::Place,
        "Its place among the candidates of the decision, from 0: who was chosen comes first.",
    ))
    .open(boolean(
        "eligible",
        Column::Eligible,
        "Whether they could take it.",
    ))
    .open(choice(
        "why",
        Column::Why,
        candidate_why(),
        "Why they were chosen, or not.",
    ))
    .open(int(
        "openLeads",
        Column::OpenLeads,
        "How many open leads they had, without this one: those that wait for them, and those that they work.",
    ))
    .read_by("lead")
    .part_of(Column::LeadId, "Lead")
    .test(Word::Seen, seen([about(Column::UserId, "User")]))
}

fn candidate_why() -> Enumeration {
    Enumeration::of(
        "CandidateWhy",
        "Why a user was chosen for a lead, or not.",
        |value: CandidateWhy| match value {
            CandidateWhy::OwnerAlready => "It is theirs already.",
            CandidateWhy::OwnerOfAccount => "They own its account.",
            CandidateWhy::Nearest => {
                "They work nearest to where it lies, and have the fewest open leads."
            }
            CandidateWhy::NextInTurn => "It is their turn.",
            CandidateWhy::LeastLoaded => "They have the fewest open leads.",
            CandidateWhy::Manager => "They manage sales, or who had it.",
            CandidateWhy::Said => "Somebody said so.",
            CandidateWhy::Farther => "Somebody works nearer to where it lies.",
            CandidateWhy::LaterInTurn => "It was the turn of somebody else.",
            CandidateWhy::MoreLoaded => "Who was chosen has no more open leads than they have.",
            CandidateWhy::Inactive => "They are not active.",
            CandidateWhy::OutOfOffice => "They are absent.",
            CandidateWhy::AtCapacity => "They have as many open leads as they can work.",
            CandidateWhy::NotInTerritory => "They do not work where it lies.",
        },
    )
}
