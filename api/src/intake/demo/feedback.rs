//! What sales tells marketing and marketing tells sales, and what came of it.

use chrono::{DateTime, Utc};
use entity::{
    feedback::{FeedbackDirection, FeedbackKind, FeedbackState, Model},
    feedback_comment, feedback_mention,
};
use uuid::Uuid;

use super::{World, dice::Dice};

/// What somebody has to say.
pub(super) struct Remark {
    /// What it is about.
    pub(super) kind: FeedbackKind,
    /// When it was said.
    pub(super) at: DateTime<Utc>,
    /// Who said it.
    pub(super) author_id: Option<Uuid>,
    /// Who has to answer.
    pub(super) assignee_id: Option<Uuid>,
    /// What it is aimed at; at least one of the four.
    pub(super) aim: Aim,
}

/// What a remark is aimed at.
#[derive(Clone, Copy, Default)]
pub(super) struct Aim {
    /// A campaign.
    pub(super) campaign: Option<Uuid>,
    /// A lead.
    pub(super) lead: Option<Uuid>,
    /// A company.
    pub(super) account: Option<Uuid>,
    /// A deal.
    pub(super) opportunity: Option<Uuid>,
}

/// What people say of each kind: theme, words, sentiment.
fn words(kind: FeedbackKind) -> &'static [(&'static str, &'static str, i16)] {
    match kind {
        FeedbackKind::LeadQuality => &[
            ("fit", "Far too small for us; they want a free tool.", -2),
            (
                "timing",
                "Friendly, but nothing is planned before next year.",
                -1,
            ),
            (
                "contact data",
                "The number rings at a reception that will not put me through.",
                -1,
            ),
            ("fit", "A student writing a thesis.", -2),
        ],
        FeedbackKind::CustomerNeed => &[
            (
                "integration",
                "They ask for a connection to their own data warehouse first.",
                1,
            ),
            (
                "reporting",
                "The board wants one number for pipeline, not two.",
                2,
            ),
            ("security", "Their auditors need to see who read what.", 0),
            (
                "forecasting",
                "They plan by quarter and cannot say what slipped.",
                1,
            ),
        ],
        FeedbackKind::CampaignResponse => &[
            (
                "webinar",
                "Three people named the webinar before I could.",
                2,
            ),
            (
                "mailing",
                "She had four mails from us in one week and was annoyed.",
                -2,
            ),
            ("event", "Everybody remembers the demo at the stand.", 2),
        ],
        FeedbackKind::Messaging => &[
            (
                "one number",
                "\"Two sets of numbers\" opens every call; keep it.",
                2,
            ),
            (
                "jargon",
                "Nobody knows what we mean by a revenue workspace.",
                -1,
            ),
        ],
        FeedbackKind::Competitor => &[
            (
                "price",
                "Lost to a cheaper offer; they matched everything but attribution.",
                -1,
            ),
            (
                "incumbent",
                "Their present supplier gave two years for free.",
                -2,
            ),
        ],
        FeedbackKind::ContentGap => &[
            (
                "case study",
                "I need a customer story from manufacturing.",
                0,
            ),
            (
                "comparison",
                "They asked for a comparison sheet; we have none.",
                -1,
            ),
        ],
        FeedbackKind::SalesFollowUp => &[
            ("follow-up", "Accepted a week ago and not called yet.", -1),
            (
                "follow-up",
                "Called within the hour after the webinar. Thank you!",
                2,
            ),
        ],
        FeedbackKind::Other => &[(
            "process",
            "Can we see the plan for next quarter together?",
            0,
        )],
    }
}

const ANSWERS: [&str; 6] = [
    "Thank you, that helps.",
    "Which of them said so? I would like to call.",
    "We change the form so that it asks for the size of the company.",
    "The next letter will say it differently.",
    "Seen the same in two other accounts.",
    "Not before the conference, sorry.",
];

/// The row of `remark` and the comments under it, as far as they got by the end of the year.
pub(super) fn play(
    dice: &mut Dice,
    world: &World,
    remark: &Remark,
) -> (Model, Vec<feedback_comment::Model>) {
    let (theme, verbatim, sentiment) = *dice.pick(words(remark.kind));
    let direction = match remark.kind {
        FeedbackKind::SalesFollowUp | FeedbackKind::Other => FeedbackDirection::MarketingToSales,
        _ => FeedbackDirection::SalesToMarketing,
    };
    // What words work is said about what has them in it.
    let on_words = remark.kind == FeedbackKind::Messaging;
    let asset_id = world.assets.of(remark.aim.campaign.filter(|_| on_words));
    let mut row = Model {
        id: dice.id(remark.at),
        direction,
        kind: remark.kind,
        campaign_id: remark.aim.campaign,
        lead_id: remark.aim.lead,
        account_id: remark.aim.account,
        opportunity_id: remark.aim.opportunity,
        theme: Some(theme.to_owned()),
        verbatim: verbatim.to_owned(),
        sentiment: Some(sentiment),
        author_id: remark.author_id,
        assignee_id: remark.assignee_id,
        state: FeedbackState::Open,
        due_at: None,
        acknowledged_at: None,
        actioned_at: None,
        verified_at: None,
        resolved_by_campaign_id: None,
        resolved_by_url: None,
        appealed_at: None,
        appeal_decided_at: None,
        asset_id,
        definition_id: None,
        resolved_by_asset_id: None,
        resolved_by_definition_id: None,
        version: 1,
        created_at: remark.at,
        created_by: remark.author_id,
        updated_at: remark.at,
        updated_by: remark.author_id,
        deleted_at: None,
        deleted_by: None,
    };
    answer(dice, world, &mut row);
    let comments = comments(dice, world, &row);
    (row, comments)
}

/// OPEN → ACKNOWLEDGED → PLANNED or DECLINED → ACTIONED → VERIFIED or REOPENED.
fn answer(dice: &mut Dice, world: &World, row: &mut Model) {
    let goal = dice.weighted(&[
        (12, FeedbackState::Open),
        (18, FeedbackState::Acknowledged),
        (15, FeedbackState::Planned),
        (12, FeedbackState::Declined),
        (15, FeedbackState::Actioned),
        (24, FeedbackState::Verified),
        (4, FeedbackState::Reopened),
    ]);
    let path: &[FeedbackState] = match goal {
        FeedbackState::Open => &[],
        FeedbackState::Acknowledged => &[FeedbackState::Acknowledged],
        FeedbackState::Planned | FeedbackState::Declined => &[FeedbackState::Acknowledged, goal],
        FeedbackState::Actioned => &[FeedbackState::Acknowledged, FeedbackState::Planned, goal],
        FeedbackState::Verified | FeedbackState::Reopened => &[
            FeedbackState::Acknowledged,
            FeedbackState::Planned,
            FeedbackState::Actioned,
            goal,
        ],
    };
    for state in path {
        let at = row.updated_at + dice.minutes(60, 60 * 24 * 6);
        if world.calendar.happened(at).is_none() {
            return;
        }
        row.state = *state;
        row.version += 1;
        row.updated_at = at;
        row.updated_by = row.assignee_id;
        match state {
            FeedbackState::Acknowledged => row.acknowledged_at = Some(at),
            FeedbackState::Actioned => {
                row.actioned_at = Some(at);
                row.resolved_by_campaign_id = row.campaign_id;
                if matches!(row.kind, FeedbackKind::Messaging | FeedbackKind::ContentGap) {
                    row.resolved_by_asset_id = world.assets.of(row.campaign_id);
                }
            }
            FeedbackState::Verified | FeedbackState::Reopened => {
                row.updated_by = row.author_id;
                row.verified_at = (*state == FeedbackState::Verified).then_some(at);
            }
            FeedbackState::Open | FeedbackState::Planned | FeedbackState::Declined => {}
        }
    }
}

/// Who is asked to read `comments` on `row`: the other side.
pub(super) fn mentions(
    row: &Model,
    comments: &[feedback_comment::Model],
) -> Vec<feedback_mention::Model> {
    let mentions = comments.iter().filter_map(|comment| {
        let sides = [row.author_id, row.assignee_id];
        let other = sides.into_iter().find(|side| *side != comment.author_id);
        Some(feedback_mention::Model {
            // As the comment's, so that the same year has the same ids.
            id: Uuid::from_u128(comment.id.as_u128() ^ 1),
            feedback_id: row.id,
            comment_id: comment.id,
            user_id: other.flatten()?,
            at: comment.created_at,
        })
    });
    mentions.collect()
}

fn comments(dice: &mut Dice, world: &World, row: &Model) -> Vec<feedback_comment::Model> {
    let Some(mut at) = row.acknowledged_at else {
        return Vec::new();
    };
    let mut comments = Vec::new();
    for number in 0..dice.weighted(&[(4, 0), (4, 1), (2, 2), (1, 3)]) {
        at += dice.minutes(10, 60 * 24);
        if world.calendar.happened(at).is_none() {
            break;
        }
        let author_id = if number % 2 == 0 {
            row.assignee_id
        } else {
            row.author_id
        };
        comments.push(feedback_comment::Model {
            id: dice.id(at),
            feedback_id: row.id,
            author_id,
            body: (*dice.pick(&ANSWERS)).to_owned(),
            version: 1,
            created_at: at,
            created_by: author_id,
            updated_at: at,
            updated_by: author_id,
            deleted_at: None,
            deleted_by: None,
        });
    }
    comments
}
