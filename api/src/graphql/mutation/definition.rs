//! What a qualified lead is: proposing a definition, signing it, and refusing it.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use uuid::Uuid;

use crate::{
    dataset::GlobalId,
    error::ApiError,
    services::{
        definition::{self, Proposal},
        write::Write,
    },
};

use super::{
    super::{
        definition::{DefinitionStage, SigningFunction},
        error::add_errors,
        json::AnyJson,
        row::{LeadDefinition, Row},
    },
    writing,
};

/// The root fields about definitions of leads.
#[derive(Debug, Default)]
pub(crate) struct DefinitionMutation;

#[Object]
impl DefinitionMutation {
    /// Proposes what a lead of a stage is from now on (docs/definitions.md). It is in force once it is signed for sales
    /// and for marketing.
    async fn propose_lead_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What counts, and how much.")] input: ProposeLeadDefinitionInput,
        #[graphql(
            desc = "Whether it is only said what would be wrong with it; nothing is written then.",
            default = false
        )]
        validate_only: bool,
    ) -> Option<LeadDefinitionPayload> {
        let ProposeLeadDefinitionInput {
            stage,
            criteria,
            threshold,
            answers,
            note,
        } = input;
        let proposal = Proposal {
            stage: stage.value,
            criteria: criteria.0,
            threshold,
            answers: answers.unwrap_or_default(),
            note,
        };
        let run = async |write: &Write<'_>| definition::propose(write, proposal).await;
        let proposed = if validate_only {
            writing(ctx).rehearse(run).await
        } else {
            writing(ctx).run(run).await
        };
        answer(ctx, proposed)
    }

    /// Signs a definition, for sales or for marketing. Two people sign; with the second signature it is in force, and
    /// the one before it is retired.
    async fn approve_lead_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the definition.")] id: ID,
        #[graphql(desc = "For whom you sign.")] function: SigningFunction,
        #[graphql(
            desc = "Whether it is only said what would stand against it; nothing is written then.",
            default = false
        )]
        validate_only: bool,
    ) -> Option<LeadDefinitionPayload> {
        let run = async |write: &Write<'_>| {
            let id = definition_id(&id)?;
            definition::approve(write, id, function.value).await?;
            Ok(id)
        };
        let signed = if validate_only {
            writing(ctx).rehearse(run).await
        } else {
            writing(ctx).run(run).await
        };
        answer(ctx, signed)
    }

    /// Refuses a definition that was proposed. It can be proposed again, as another version.
    async fn veto_lead_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the definition.")] id: ID,
        #[graphql(desc = "Why; it stands in the history of the definition.")] reason: String,
        #[graphql(
            desc = "Whether it is only said what would stand against it; nothing is written then.",
            default = false
        )]
        validate_only: bool,
    ) -> Option<LeadDefinitionPayload> {
        let run = async |write: &Write<'_>| {
            let id = definition_id(&id)?;
            definition::veto(write, id, &reason).await?;
            Ok(id)
        };
        let vetoed = if validate_only {
            writing(ctx).rehearse(run).await
        } else {
            writing(ctx).run(run).await
        };
        answer(ctx, vetoed)
    }
}

/// What a lead of a stage is to be.
#[derive(Debug, InputObject)]
struct ProposeLeadDefinitionInput {
    /// What it defines.
    stage: DefinitionStage,
    /// A list of criteria, as docs/definitions.md has them.
    criteria: AnyJson,
    /// 1 to 100: the score from which a lead is qualified.
    threshold: i32,
    /// Of an SQL, what `markSalesQualified` has to say while it is in force: of `need`, `authority`, `budget` and
    /// `timing`.
    answers: Option<Vec<String>>,
    /// What it is for, and what is different.
    note: Option<String>,
}

/// A definition that was proposed, signed or refused.
#[derive(Debug, SimpleObject)]
struct LeadDefinitionPayload {
    /// The definition, as it is; null where it was only tried to propose it, or your token may not read definitions
    /// (`definition:read`).
    lead_definition: Row<LeadDefinition>,
}

/// The definition, or null beside everything that is wrong.
fn answer(ctx: &Context<'_>, id: Result<Uuid, ApiError>) -> Option<LeadDefinitionPayload> {
    let id = id.map_err(|error| add_errors(ctx, &error)).ok()?;
    Some(LeadDefinitionPayload {
        lead_definition: Row::new(id),
    })
}

fn definition_id(id: &str) -> Result<Uuid, ApiError> {
    let id = GlobalId::parse(id).filter(|id| id.entity.name == "LeadDefinition");
    id.map(|id| id.id).ok_or_else(|| ApiError::NotFound {
        what: "LeadDefinition".to_owned(),
    })
}
