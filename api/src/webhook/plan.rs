//! From the change log to messages.

use crate::error::ApiError;

use super::Courier;

/// Writes messages.
#[derive(Debug, Default)]
pub(super) struct Planner;

impl Planner {
    pub(super) async fn look(&mut self, _courier: &Courier) -> Result<(), ApiError> {
        Ok(())
    }
}
