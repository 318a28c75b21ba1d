//! From drafts to roles: what they inherit, what is missing, and what contradicts itself.

use std::collections::BTreeMap;

use crate::document::Document;

use super::{
    super::{
        mask::Mask,
        scope::{Scope, Term, Word},
        vocabulary::{NounWords, Vocabulary},
    },
    NounPolicy, RolePolicy,
    draft::{NounDraft, RoleDraft},
};

/// The roles of `drafts`. What is wrong with them is added to `problems`.
pub(super) fn roles(
    origin: &str,
    text: &str,
    drafts: Vec<(String, RoleDraft)>,
    vocabulary: &Vocabulary,
    problems: &mut Vec<String>,
) -> Vec<RolePolicy> {
    let mut check = Check {
        document: Document { origin, text },
        vocabulary,
        problems,
    };
    if drafts.is_empty() && check.problems.is_empty() {
        check.complain(
            0,
            "there is no role in this file; nobody could see anything",
        );
    }
    let by_name: BTreeMap<_, _> = drafts.iter().cloned().collect();
    let mut roles = Vec::new();
    for (name, draft) in drafts {
        if let Some(draft) = check.inherited(&name, draft, &by_name) {
            roles.push(check.role(name, &draft));
        }
    }
    roles
}

struct Check<'a> {
    document: Document<'a>,
    vocabulary: &'a Vocabulary,
    problems: &'a mut Vec<String>,
}

impl Check<'_> {
    fn complain(&mut self, at: usize, problem: &str) {
        self.problems.push(self.document.error(at, problem));
    }

    /// `draft`, with what it inherits.
    fn inherited(
        &mut self,
        name: &str,
        mut draft: RoleDraft,
        by_name: &BTreeMap<String, RoleDraft>,
    ) -> Option<RoleDraft> {
        let mut line = vec![name.to_owned()];
        while let Some(inherits) = draft.inherits.take() {
            let parent = by_name.get(&inherits.it);
            let Some(parent) = parent.filter(|_| !line.contains(&inherits.it)) else {
                let problem = if parent.is_some() {
                    format!("`{name}` inherits itself")
                } else {
                    let known: Vec<_> = by_name.keys().map(String::as_str).collect();
                    crate::document::unknown("role", &inherits.it, known.into_iter())
                };
                self.complain(inherits.at, &problem);
                return None;
            };
            line.push(inherits.it);
            let next = parent.inherits.clone();
            draft = draft.over(parent);
            draft.inherits = next;
        }
        Some(draft)
    }

    fn role(&mut self, name: String, draft: &RoleDraft) -> RolePolicy {
        let description = draft.description.as_ref().map_or("", |said| &said.it);
        if description.is_empty() {
            let problem = format!("say who `{name}` is: `description = \"…\"`");
            self.complain(draft.at, &problem);
        }
        let mut nouns = BTreeMap::new();
        for words in &self.vocabulary.nouns {
            if let Some(said) = draft.nouns.get(words.name) {
                let policy = self.noun(&name, said, words);
                nouns.insert(words.name, policy);
            } else {
                let problem = format!(
                    "`{name}` says nothing about {0}: add `{0} = {{ rows = \"none\" }}`, or what it may see of it",
                    words.name
                );
                self.complain(draft.at, &problem);
            }
        }
        self.telling(&name, draft, &nouns);
        // A part is seen with its parent, so that the parents come first.
        for words in &self.vocabulary.nouns {
            if let Some(parent) = words.part_of {
                let rows = nouns
                    .get(parent)
                    .map_or_else(Scope::none, |it| it.rows.clone());
                if let Some(part) = nouns.get_mut(words.name) {
                    part.rows = part.rows.within(&rows);
                    for rows_of_action in part.can.values_mut() {
                        *rows_of_action = rows_of_action.within(&rows);
                    }
                }
            }
        }
        RolePolicy {
            name,
            description: description.to_owned(),
            view_as: draft.view_as.unwrap_or(false),
            explain: draft.explain.unwrap_or(false),
            trusted_documents: draft.trusted_documents.unwrap_or(false),
            nouns,
        }
    }

    fn noun(&mut self, role: &str, said: &NounDraft, words: &NounWords) -> NounPolicy {
        if said.rows.is_none() {
            let problem = format!(
                "say which {} rows `{role}` sees: `rows = \"none\"`, `\"all\"` …",
                words.name
            );
            self.complain(said.at, &problem);
        }
        let rows = said
            .rows
            .as_ref()
            .map_or_else(Scope::none, |rows| rows.it.clone());
        if let Some(problem) = seen_with(words, &rows) {
            self.complain(said.rows.as_ref().map_or(said.at, |rows| rows.at), &problem);
        }
        let reference = said.reference.as_ref().is_some_and(|said| said.it);
        // What it sees nothing of it need not classify.
        let seen = reference || !rows.is_none();
        let masks = self.masks(role, said, words, seen);
        if reference && let Some(named_by) = &words.reference {
            for field in named_by.iter().filter(|field| masks.contains_key(*field)) {
                let problem = format!(
                    "`{role}` may know the name of {} rows by `reference`, which `{field}` is a part of and is masked: drop one",
                    words.name
                );
                self.complain(said.at, &problem);
            }
        }
        let can = said.can.iter().filter(|(_, rows)| !rows.it.is_none());
        let can: BTreeMap<_, _> = can
            .map(|(action, rows)| (*action, rows.it.clone()))
            .collect();
        for (action, on) in &said.can {
            let makes = words
                .actions
                .iter()
                .any(|it| it.name == *action && it.makes);
            if !makes && !rows.covers(&on.it) {
                let problem = format!(
                    "`{role}` may {action} {} rows ({}) that it does not see ({rows})",
                    words.name, on.it
                );
                self.complain(on.at, &problem);
            }
        }
        NounPolicy {
            rows,
            reference,
            masks,
            can,
            export: said.export.as_ref().is_some_and(|said| said.it),
        }
    }

    fn masks(
        &mut self,
        role: &str,
        said: &NounDraft,
        words: &NounWords,
        seen: bool,
    ) -> BTreeMap<&'static str, Mask> {
        let mut masks = BTreeMap::new();
        for field in &words.guarded {
            match said.fields.get(field.name) {
                Some(said) => masks.extend(said.it.clone().map(|mask| (field.name, mask))),
                None if said.clear_all || !seen => {}
                None => {
                    let problem = format!(
                        "nobody has said whether `{role}` sees `{}` of {} rows: add it to `clear`, or to `masks` as {}",
                        field.name,
                        words.name,
                        field
                            .kinds
                            .iter()
                            .map(|kind| format!("\"{} all\"", kind.as_str()))
                            .collect::<Vec<_>>()
                            .join(" or ")
                    );
                    self.complain(said.at, &problem);
                }
            }
        }
        masks
    }

    /// A field that tells what another one says is masked wherever that one is.
    fn telling(
        &mut self,
        role: &str,
        draft: &RoleDraft,
        nouns: &BTreeMap<&'static str, NounPolicy>,
    ) {
        let mask = |noun: &str, field: &str| nouns.get(noun).and_then(|it| it.masks.get(field));
        for words in &self.vocabulary.nouns {
            let telling = words
                .guarded
                .iter()
                .filter_map(|field| Some((field.name, field.tells?)));
            for (field, (noun, told)) in telling {
                let masked = mask(words.name, field).is_some_and(|mask| mask.outside.is_none());
                let seen = nouns.get(words.name).is_some_and(|it| !it.rows.is_none());
                if seen && !masked && mask(noun, told).is_some() {
                    let at = draft.nouns.get(words.name).map_or(draft.at, |said| said.at);
                    let problem = format!(
                        "`{role}` does not see all of `{noun}.{told}`, which `{}.{field}` tells: add `{field} = \"hide all\"` to its masks",
                        words.name
                    );
                    self.complain(at, &problem);
                }
            }
        }
    }
}

/// What is wrong with these rows of what is only seen with other rows.
fn seen_with(words: &NounWords, rows: &Scope) -> Option<String> {
    let parent = words.part_of.map(|_| Word::Parent);
    let seen = words.tells_of_others.then_some(Word::Seen);
    let needed: Vec<Word> = parent.into_iter().chain(seen).collect();
    let has_all = |term: &Term| needed.iter().all(|word| term.words.contains(word));
    if rows.terms().iter().all(has_all) {
        return None;
    }
    let needed: Vec<&str> = needed.into_iter().map(Word::as_str).collect();
    let needed = needed.join(" and ");
    let why = match words.part_of {
        Some(parent) => format!("a part is seen with its {parent}"),
        None => "it tells of other rows, and is seen with them".to_owned(),
    };
    Some(format!("{why}: say `rows = \"{needed}\"` or `\"none\"`"))
}
