//! What becomes of what users were to do who leave: who is not active any more, or does not work leads any more.

use std::collections::HashMap;

use entity::user::UserFunction;
use sea_orm::ActiveEnum;
use uuid::Uuid;

use crate::{
    error::ApiError,
    record,
    store::{
        self,
        table::{Record, Value},
    },
};

use super::{feedback, routing, rows::Draft, task, team_request, write::Write};

/// Gives what users were to do to others, who have left by what is written of them.
pub(super) async fn users_written(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let leaving: Vec<&Draft> = drafts.iter().filter(|it| leaves(record, it)).collect();
    let Some(first) = leaving.first() else {
        return Ok(());
    };
    let ids: Vec<Uuid> = leaving.iter().map(|draft| draft.id).collect();
    let left = routing::leave_behind(write, &ids).await?;
    if left > 0 {
        let problem = format!(
            "nobody can take the {left} open leads that are left behind: no other sales rep and no manager of sales is active"
        );
        let said = ["active", "function", "roles"];
        let field = said.into_iter().find(|field| first.differs(field));
        let problem = first.problem(field.unwrap_or("active"), &problem);
        return Err(ApiError::Input(vec![problem]));
    }
    let heirs = heirs(write, &ids).await?;
    task::left(write, &ids, &heirs).await?;
    team_request::left(write, &ids, &heirs).await?;
    let gone = leaving.iter().filter(|it| !is_active(record, &it.record));
    let gone: Vec<Uuid> = gone.map(|draft| draft.id).collect();
    feedback::left(write, (&ids, &gone), &heirs).await
}

/// Who takes what they leave behind: whom they report to, if that is somebody who stays.
async fn heirs(write: &Write<'_>, users: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    let mut heirs = store::sla::managers(write.tx, users).await?;
    heirs.retain(|_, manager| !users.contains(manager));
    Ok(heirs)
}

/// Whether somebody is not active any more, or does not work leads any more who did.
fn leaves(record: &record::Entity, draft: &Draft) -> bool {
    let Some(before) = &draft.before else {
        return false;
    };
    let after = &draft.record;
    let stays =
        is_active(record, after) && (works_leads(record, after) || !works_leads(record, before));
    is_active(record, before) && !stays
}

fn is_active(record: &record::Entity, row: &Record) -> bool {
    let active = record.position("active").and_then(|at| row.get(at));
    active == Some(&Value::Bool(Some(true)))
}

fn works_leads(record: &record::Entity, row: &Record) -> bool {
    let at = |column| record.position(column).and_then(|at| row.get(at));
    let (Some(Value::String(Some(function))), Some(Value::Json(Some(roles)))) =
        (at("function"), at("roles"))
    else {
        return false;
    };
    let function = UserFunction::try_from_value(function);
    function.is_ok_and(|function| routing::works_leads(function, roles))
}
