//! What there is to read of a lead.

use entity::{
    account, campaign_member, feedback,
    lead::{Column, Entity as Table, IntentBand, LeadSource, LeadStatus},
    lead_transition, opportunity, routing_decision, sla_clock, task, touch,
};

use crate::views::Word;

use super::{
    declare::{HIDE, PARTIAL, absent, at, choice, day, descending, instant, int, money, text},
    model::{Entity, Enumeration},
};

pub(super) fn lead() -> Entity {
    Entity::of::<Table>(("Lead", "lead", "leads", "lead"), "Somebody who may want to buy, on the way from marketing to sales. It stays after its conversion.", descending("createdAt"))
    .open(choice("status", Column::Status, lead_status(), "Where it stands."))
    .guarded(text("firstName", Column::FirstName, "Given name."), &HIDE)
    .guarded(text("lastName", Column::LastName, "Family name."), &HIDE)
    .guarded(text("email", Column::Email, "Their address, in lower case."), &PARTIAL)
    .guarded(text("phone", Column::Phone, "In E.164, such as `+431234567`."), &PARTIAL)
    .open(text("companyName", Column::CompanyName, "Their company, as they gave it."))
    .open(text("jobTitle", Column::JobTitle, "What they are called at work, as they gave it."))
    .open(choice("source", Column::Source, lead_source(), "How it came to us."))
    .one(("sourceCampaign", "sourceCampaignId"), Column::SourceCampaignId, "Campaign", "The campaign that brought it.")
    .one(("owner", "ownerId"), Column::OwnerId, "User", "The user who works on it.")
    .one(("territory", "territoryId"), Column::TerritoryId, "Territory", "The territory that it lies in.")
    .one(("account", "accountId"), Column::AccountId, "Account", "The company that it was matched with.")
    .one(("contact", "contactId"), Column::ContactId, "Contact", "The person that it was matched with, or became.")
    .one(("duplicateOf", "duplicateOfId"), Column::DuplicateOfId, "Lead", "The lead that it repeats.")
    .open(int("score", Column::Score, "0 to 100: how ready it is; `readiness` says by what."))
    .open(int("fitScore", Column::FitScore, "0 to 100: what of the score is of who they are."))
    .open(int("engagementScore", Column::EngagementScore, "0 to 100: what of the score is of what they have done."))
    .open(choice("intentBand", Column::IntentBand, intent_band(), "How soon it may buy."))
    .open(int("cycle", Column::Cycle, "How often it was opened, from 1."))
    .open(instant("mqlAt", Column::MqlAt, "When marketing qualified it in this cycle, in UTC."))
    .open(instant("acceptedAt", Column::AcceptedAt, "When sales accepted it in this cycle, in UTC."))
    .open(instant("firstTouchedAt", Column::FirstTouchedAt, "When sales first approached it in this cycle, in UTC."))
    .open(instant("sqlAt", Column::SqlAt, "When sales qualified it in this cycle, in UTC."))
    .open(instant("convertedAt", Column::ConvertedAt, "When it was converted in this cycle, in UTC."))
    .open(instant("resumeAt", Column::ResumeAt, "When nurturing starts again, in UTC, for a recycled lead."))
    .open(int("quality", Column::Quality, "1 (useless) to 5 (just right): how good sales found it when it last said so."))
    .one(("rejectReason", "rejectReasonId"), Column::RejectReasonId, "ReasonCode", "Why sales did not take it.")
    .one(("disqualifyReason", "disqualifyReasonId"), Column::DisqualifyReasonId, "ReasonCode", "Why it will never buy.")
    // A lead and its match have the same id.
    .one(("match", "matchId"), Column::Id, "LeadMatch", "Which account it was matched with, and why; there is none before it was looked for.")
    // As with its readiness.
    .one(("readiness", "readinessId"), Column::Id, "LeadReadiness", "How ready it is, and by what; there is none where no definition is active, or it was not scored yet.")
    .one(("definition", "definitionId"), Column::DefinitionId, "LeadDefinition", "The definition under which it was qualified in this cycle.")
    .many("transitions", "LeadTransition", lead_transition::Column::LeadId, "Each step that it took, earliest first.")
    .many("routing", "RoutingDecision", routing_decision::Column::LeadId, "Who got it, and why, latest first.")
    .many("touches", "Touch", touch::Column::LeadId, "What happened with it, latest first.")
    .many("memberships", "CampaignMember", campaign_member::Column::LeadId, "The campaigns that it is a member of.")
    .many("opportunities", "Opportunity", opportunity::Column::LeadId, "The deals that came out of it, newest first.")
    .many("feedback", "Feedback", feedback::Column::LeadId, "What the team said about it, newest first.")
    .many("slaClocks", "SlaClock", sla_clock::Column::LeadId, "What sales or marketing was or is waited for, latest first.")
    .facet("briefing", "LeadBriefing", "What one needs to know of it before talking to them.")
    .many("tasks", "Task", task::Column::LeadId, "What is to be done about it, as far as you see that, the most urgent first.")
    .many("duplicates", "Lead", Column::DuplicateOfId, "The leads that repeat it, newest first.")
    .custom_fields(Column::CustomFields)
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("lead")
    .person(at(Column::OwnerId))
    .place(at(Column::TerritoryId))
    .test(Word::Unassigned, absent(Column::OwnerId))
    .named(&[Column::FirstName, Column::LastName], Some(Column::Status))
    .can(&["capture"], &["update", "nurture", "qualify", "accept", "reject", "reassign", "recall", "work", "rate", "convert", "recycle", "dispose", "disqualify", "reopen", "dispute", "backfill", "delete", "restore", "destroy", "erase"])
    .made("capture", &[], &["firstName", "lastName", "email", "phone", "companyName", "jobTitle", "source", "sourceCampaignId", "customFields"])
    .unread(text("need", lead_transition::Column::Need, "What they need."))
    .unread(text("authority", lead_transition::Column::Authority, "Who decides."))
    .unread(text("budget", lead_transition::Column::Budget, "What they can spend."))
    .unread(text("timing", lead_transition::Column::Timing, "When they want it."))
    .unread(text("accountName", account::Column::Name, "What the new account is called; without, and without `accountId`, it is the one that the lead was matched with, or one with the name of its company."))
    .unread(text("opportunityName", opportunity::Column::Name, "What the new opportunity is called. Without one, `reason` says why there is none."))
    .unread(money("opportunityAmount", opportunity::Column::AmountMinor, opportunity::Column::AmountCurrency, "What the opportunity is worth."))
    .unread(day("opportunityCloseOn", opportunity::Column::ExpectedCloseOn, "The day on which the opportunity should be decided."))
    .changed("update", &["firstName", "lastName", "email", "phone", "companyName", "jobTitle", "source", "sourceCampaignId", "intentBand", "customFields"])
    .changed("qualify", &["sourceCampaignId"])
    .changed("reassign", &["ownerId"])
}

pub(super) fn lead_status() -> Enumeration {
    Enumeration::of(
        "LeadStatus",
        "Where a lead stands between marketing and sales.",
        |value: LeadStatus| match value {
            LeadStatus::New => "Just captured.",
            LeadStatus::Nurturing => "Marketing keeps in touch until it is ready.",
            LeadStatus::Mql => "Qualified by marketing: waits for sales to accept it.",
            LeadStatus::Accepted => "Taken by sales, not yet approached.",
            LeadStatus::Working => "Sales is talking to them.",
            LeadStatus::Sql => "Qualified by sales: there is something to sell.",
            LeadStatus::Converted => "Became an account, a contact and mostly an opportunity.",
            LeadStatus::Rejected => "Not taken by sales; marketing decides what becomes of it.",
            LeadStatus::Recycled => "Goes back to marketing, until `resumeAt`.",
            LeadStatus::Disqualified => "Will never buy.",
        },
    )
}

pub(super) fn lead_source() -> Enumeration {
    Enumeration::of(
        "LeadSource",
        "How a lead came to us.",
        |value: LeadSource| match value {
            LeadSource::WebForm => "A form on our site.",
            LeadSource::Event => "Met at an event.",
            LeadSource::Content => "Asked for something to read or watch.",
            LeadSource::Paid => "Advertising.",
            LeadSource::Organic => "An unpaid search.",
            LeadSource::Referral => "Somebody sent them.",
            LeadSource::Partner => "A partner sent them.",
            LeadSource::Outbound => "Sales approached them first.",
            LeadSource::ListImport => "A list that was bought or collected.",
            LeadSource::Social => "Social networks, unpaid.",
            LeadSource::Other => "None of these, or not known.",
        },
    )
}

pub(super) fn intent_band() -> Enumeration {
    Enumeration::of(
        "IntentBand",
        "How soon a lead may buy.",
        |value: IntentBand| match value {
            IntentBand::Nurture => "Not soon: not to be hurried, nor counted as waiting.",
            IntentBand::Warm => "Interested.",
            IntentBand::Hot => "Ready to talk.",
        },
    )
}
