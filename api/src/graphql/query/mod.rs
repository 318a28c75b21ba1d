//! What there is to ask.

mod access;
mod change;
mod dataset;
mod definition;
mod feedback;
mod follow_up;
mod period;
mod viewer;
mod worklist;

pub(super) use access::AccessQuery;
pub(super) use change::{ChangeQuery, whose};
pub(super) use dataset::DatasetQuery;
pub(super) use definition::DefinitionQuery;
pub(super) use feedback::FeedbackQuery;
pub(super) use follow_up::FollowUpQuery;
pub(super) use viewer::ViewerQuery;
pub(super) use worklist::WorklistQuery;
