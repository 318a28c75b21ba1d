//! What other systems call a row.

use crate::{dataset::Entity, error::ApiError};

use super::{super::selection::ExternalIdPart, Compiler};

/// So many are told of a row.
const MOST: u32 = 100;

impl Compiler<'_> {
    /// What other systems call the row at `alias`, as an array of objects. Whoever sees the row sees it.
    pub(super) fn external_ids(
        &mut self,
        parts: &[(String, ExternalIdPart)],
        entity: &Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let there = self.alias();
        let (system, key) = (format!("{there}.\"system\""), format!("{there}.\"key\""));
        let pairs = parts.iter().map(|(name, part)| {
            let value = match part {
                ExternalIdPart::TypeName => "'ExternalId'".to_owned(),
                ExternalIdPart::System => system.clone(),
                ExternalIdPart::Key => key.clone(),
            };
            (name, value)
        });
        let object = self.small_object(pairs)?;
        let by = format!("{system}, {key}");
        let list = self.dialect.list(&object, Some(&by), None);
        // An expression, so that no database walks all that there are of the noun in their order.
        Ok(format!(
            "(SELECT {list} FROM (SELECT \"system\", \"key\" FROM \"external_id\" \
             WHERE \"entity_id\" = {alias}.\"id\" AND \"entity\" || '' = '{}' \
             ORDER BY \"system\", \"key\" LIMIT {MOST}) AS {there})",
            entity.table
        ))
    }
}
