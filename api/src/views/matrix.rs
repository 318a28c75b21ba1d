//! The policy as a text for people: `revhub roles`.

use std::fmt::{self, Write};

use super::{
    policy::{NounPolicy, Policy, RolePolicy},
    vocabulary::NounWords,
};

impl Policy {
    /// Every role with every noun: which rows it sees, what is masked, what it may do.
    #[must_use]
    pub fn matrix(&self) -> String {
        let mut text = String::new();
        for role in &self.roles {
            let written = self.write_role(&mut text, role);
            debug_assert!(written.is_ok(), "writing to a string does not fail");
        }
        text
    }

    fn write_role(&self, text: &mut String, role: &RolePolicy) -> fmt::Result {
        if !text.is_empty() {
            writeln!(text)?;
        }
        writeln!(text, "{}: {}", role.name, role.description)?;
        for (right, holds) in [
            ("may look with the eyes of any role (view_as)", role.view_as),
            ("may ask why somebody sees a row (explain)", role.explain),
            (
                "may only run documents that the operator trusts (documents)",
                role.trusted_documents,
            ),
        ] {
            if holds {
                writeln!(text, "  {right}")?;
            }
        }
        let names = self.vocabulary.nouns.iter().map(|noun| noun.name.len());
        let width = names.max().unwrap_or(0);
        for noun in &self.vocabulary.nouns {
            if let Some(policy) = role.nouns.get(noun.name) {
                writeln!(text, "  {:width$}  {}", noun.name, line(noun, policy))?;
            }
        }
        Ok(())
    }
}

fn line(noun: &NounWords, policy: &NounPolicy) -> String {
    let mut parts = vec![policy.rows.to_string()];
    if policy.reference {
        parts.push("else name and status".to_owned());
    }
    let masks = noun.guarded.iter().filter_map(|field| {
        let mask = policy.masks.get(field.name)?;
        Some(format!("{} {mask}", field.name))
    });
    let masks: Vec<_> = masks.collect();
    if !masks.is_empty() && !policy.rows.is_none() {
        parts.push(format!("masked: {}", masks.join(", ")));
    }
    let can = noun.actions.iter().filter_map(|action| {
        let rows = policy.can.get(action.name)?;
        let which = if *rows == policy.rows || rows.is_all() {
            String::new()
        } else {
            format!(" ({rows})")
        };
        Some(format!("{}{which}", action.name))
    });
    let can: Vec<_> = can.collect();
    if !can.is_empty() {
        parts.push(format!("can: {}", can.join(", ")));
    }
    if policy.export {
        parts.push("export".to_owned());
    }
    parts.join("; ")
}
