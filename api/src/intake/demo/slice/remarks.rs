//! What sales and marketing told each other about the leads and deals of a slice.

use entity::{
    feedback::FeedbackKind,
    lead::{self, LeadStatus},
    lead_transition,
    opportunity::OpportunityStage,
};

use super::Slice;
use crate::intake::demo::{
    feedback::{self, Aim, Remark},
    opportunity::Deal,
};

impl Slice<'_> {
    /// Sales says why it did not take a lead; marketing says when nobody called.
    pub(super) fn remark_on_lead(
        &mut self,
        lead: &lead::Model,
        transitions: &[lead_transition::Model],
    ) {
        let rejected = transitions
            .iter()
            .find(|step| step.to_status == LeadStatus::Rejected);
        let campaigns = &self.world.campaigns;
        let campaign = campaigns
            .rows()
            .find(|one| Some(one.id) == lead.source_campaign_id);
        let marketing = self.world.team.marketing_manager;
        let aim = Aim {
            campaign: lead.source_campaign_id,
            lead: Some(lead.id),
            account: lead.account_id,
            opportunity: None,
        };
        if let Some(step) = rejected {
            self.say(&Remark {
                kind: FeedbackKind::LeadQuality,
                at: step.at,
                author_id: step.by_user_id,
                assignee_id: campaign.and_then(|one| one.owner_id).or(Some(marketing)),
                aim,
            });
        }
        let accepted = lead.accepted_at.filter(|_| self.dice.chance(8));
        let at = accepted.map(|accepted| accepted + self.dice.minutes(60 * 30, 60 * 24 * 7));
        if let Some(at) = at.and_then(|at| self.world.calendar.happened(at)) {
            let kinds = [(2, FeedbackKind::SalesFollowUp), (1, FeedbackKind::Other)];
            let kind = self.dice.weighted(&kinds);
            self.say(&Remark {
                kind,
                at,
                author_id: Some(marketing),
                assignee_id: lead.owner_id,
                aim,
            });
        }
    }

    pub(super) fn remark_on_deal(&mut self, deal: &Deal) {
        let row = &deal.row;
        let (kind, at) = match row.closed_at {
            Some(at) if row.stage == OpportunityStage::ClosedLost && self.dice.chance(15) => {
                (FeedbackKind::Competitor, at)
            }
            _ if self.dice.chance(22) => {
                let kinds = [
                    (4, FeedbackKind::CustomerNeed),
                    (3, FeedbackKind::CampaignResponse),
                    (2, FeedbackKind::Messaging),
                    (2, FeedbackKind::ContentGap),
                ];
                let until = row.closed_at.unwrap_or_else(|| self.world.calendar.end());
                (
                    self.dice.weighted(&kinds),
                    self.dice.instant(row.created_at, until),
                )
            }
            _ => return,
        };
        self.say(&Remark {
            kind,
            at,
            author_id: row.owner_id,
            assignee_id: Some(self.world.team.marketing_manager),
            aim: Aim {
                campaign: row.primary_campaign_id,
                lead: row.lead_id,
                account: row.account_id,
                opportunity: Some(row.id),
            },
        });
    }

    fn say(&mut self, remark: &Remark) {
        let (row, comments) = feedback::play(&mut self.dice, self.world, remark);
        let mentions = feedback::mentions(&row, &comments);
        self.rows.feedback.push(row);
        self.rows.feedback_comments.extend(comments);
        self.rows.feedback_mentions.extend(mentions);
    }
}
