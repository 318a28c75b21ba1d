//! What there is to ask.

mod access;
mod change;
mod dataset;
mod sla;
mod viewer;

pub(super) use access::AccessQuery;
pub(super) use change::{ChangeQuery, whose};
pub(super) use dataset::DatasetQuery;
pub(super) use sla::SlaQuery;
pub(super) use viewer::ViewerQuery;
