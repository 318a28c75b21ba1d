//! What there is to ask.

mod dataset;
mod viewer;

pub(super) use dataset::DatasetQuery;
pub(super) use viewer::ViewerQuery;
