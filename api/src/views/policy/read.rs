//! From the text of a file to drafts of roles: names, types and scopes.

use toml::de::DeTable;

use crate::document::{Document, Entries, Node, unknown};

use super::{
    super::{
        mask::{Mask, MaskKind},
        scope::{Scope, Word},
        vocabulary::{NounWords, Vocabulary},
    },
    draft::{NounDraft, RoleDraft, Said},
};

/// The roles of a file by name, in its order. What is wrong with it is added to `problems`.
pub(super) fn drafts(
    origin: &str,
    text: &str,
    vocabulary: &Vocabulary,
    problems: &mut Vec<String>,
) -> Vec<(String, RoleDraft)> {
    let document = Document { origin, text };
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.push(document.error(at, error.message()));
            return Vec::new();
        }
    };
    let entries = document.entries(table.get_ref(), table.span());
    let mut drafts = Vec::new();
    for (name, at, node) in entries.all() {
        if !is_role_name(name) {
            let problem = format!(
                "{name:?} is no name for a role: upper-case letters, digits and `_`, beginning with a letter, 64 at most"
            );
            problems.push(document.error(at, &problem));
        }
        match node.table() {
            Ok(entries) => {
                let draft = role(at, &entries, vocabulary, problems);
                drafts.push((name.to_owned(), draft));
            }
            Err(problem) => problems.push(problem),
        }
    }
    drafts
}

fn is_role_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(allowed)
}

fn role(
    at: usize,
    entries: &Entries<'_>,
    vocabulary: &Vocabulary,
    problems: &mut Vec<String>,
) -> RoleDraft {
    let mut draft = RoleDraft {
        at,
        ..RoleDraft::default()
    };
    for (name, at, node) in entries.all() {
        let read = match name {
            "inherits" => text(at, node).map(|said| draft.inherits = Some(said)),
            "description" => text(at, node).map(|said| draft.description = Some(said)),
            "view_as" => node.flag().map(|flag| draft.view_as = Some(flag)),
            "explain" => node.flag().map(|flag| draft.explain = Some(flag)),
            "documents" => documents(node).map(|flag| draft.trusted_documents = Some(flag)),
            _ => noun_of(name, at, node, vocabulary).map(|(name, said)| {
                draft.nouns.insert(name, said);
            }),
        };
        problems.extend(read.err());
    }
    draft
}

fn noun_of(
    name: &str,
    at: usize,
    node: Node<'_>,
    vocabulary: &Vocabulary,
) -> Result<(&'static str, NounDraft), String> {
    if let Some(words) = vocabulary.noun(name) {
        return Ok((words.name, noun(at, node, words)?));
    }
    let known = ["inherits", "description", "view_as", "explain", "documents"];
    let nouns = vocabulary.nouns.iter().map(|noun| noun.name);
    let problem = unknown("entity or setting", name, known.into_iter().chain(nouns));
    Err(node.document.error(at, &problem))
}

fn text(at: usize, node: Node<'_>) -> Result<Said<String>, String> {
    let it = node.string()?.to_owned();
    Ok(Said { at, it })
}

/// Reads `"any"` or `"trusted"`: whether a role may run trusted documents only.
fn documents(node: Node<'_>) -> Result<bool, String> {
    match node.string()? {
        "any" => Ok(false),
        "trusted" => Ok(true),
        other => {
            let known = ["any", "trusted"].into_iter();
            Err(node.error(&unknown("kind of documents", other, known)))
        }
    }
}

fn noun(at: usize, node: Node<'_>, words: &NounWords) -> Result<NounDraft, String> {
    let mut draft = NounDraft {
        at,
        ..NounDraft::default()
    };
    let document = node.document;
    for (name, at, node) in node.table()?.all() {
        match name {
            "rows" => {
                let it = scope(node, node.string()?, words)?;
                draft.rows = Some(Said { at, it });
            }
            "reference" => {
                let it = node.flag()?;
                if it && words.reference.is_none() {
                    let problem = format!(
                        "nothing refers to {} rows by name: leave `reference` out",
                        words.name
                    );
                    return Err(node.error(&problem));
                }
                draft.reference = Some(Said { at, it });
            }
            "export" => {
                let it = node.flag()?;
                draft.export = Some(Said { at, it });
            }
            "masks" => {
                for (name, at, node) in node.table()?.all() {
                    let it = Some(mask(node, name, at, words)?);
                    say(
                        &mut draft,
                        node,
                        guarded(node.document, name, at, words)?,
                        Said { at, it },
                    )?;
                }
            }
            "clear" if node.string().is_ok_and(|text| text == "all") => draft.clear_all = true,
            "clear" => {
                let Some(items) = node.items() else {
                    return Err(node.error("`\"all\"` or a list of fields is expected here"));
                };
                for item in items {
                    let field = guarded(document, item.string()?, item.at(), words)?;
                    say(
                        &mut draft,
                        item,
                        field,
                        Said {
                            at: item.at(),
                            it: None,
                        },
                    )?;
                }
            }
            "can" => {
                for (name, at, node) in node.table()?.all() {
                    let action = words.actions.iter().find(|action| action.name == name);
                    let Some(action) = action else {
                        let known = words.actions.iter().map(|action| action.name);
                        return Err(document.error(at, &unknown("action", name, known)));
                    };
                    let it = scope(node, node.string()?, words)?;
                    draft.can.insert(action.name, Said { at, it });
                }
            }
            _ => {
                let known = ["rows", "reference", "masks", "clear", "can", "export"];
                return Err(document.error(at, &unknown("setting", name, known.into_iter())));
            }
        }
    }
    Ok(draft)
}

fn say(
    draft: &mut NounDraft,
    node: Node<'_>,
    field: &'static str,
    said: Said<Option<Mask>>,
) -> Result<(), String> {
    if draft.fields.insert(field, said).is_some() {
        return Err(node.error(&format!("something else is said of `{field}` before")));
    }
    Ok(())
}

fn guarded(
    document: Document<'_>,
    name: &str,
    at: usize,
    words: &NounWords,
) -> Result<&'static str, String> {
    if let Some(field) = words.guarded(name) {
        return Ok(field.name);
    }
    let known = words.guarded.iter().map(|field| field.name);
    let mut problem = unknown("field that can be masked", name, known);
    problem.push_str("; all others are open to everybody who sees the row");
    Err(document.error(at, &problem))
}

/// Reads `hide all`, `partial outside own` and their kind.
fn mask(node: Node<'_>, name: &str, at: usize, words: &NounWords) -> Result<Mask, String> {
    let field = guarded(node.document, name, at, words)?;
    let text = node.string()?;
    let (kind, when) = text.trim().split_once(' ').unwrap_or((text, ""));
    let possible = words.guarded(field).map_or(&[][..], |field| &field.kinds);
    let Some(kind) = possible.iter().copied().find(|it| it.as_str() == kind) else {
        let kinds = possible.iter().copied().map(MaskKind::as_str);
        return Err(node.error(&unknown("kind of mask for this field", kind, kinds)));
    };
    let outside = match when.trim().split_once(' ') {
        None if when.trim() == "all" => Scope::none(),
        Some(("outside", rows)) => scope(node, rows, words)?,
        _ => {
            let problem = format!(
                "say which rows: `{0} all` or `{0} outside own`",
                kind.as_str()
            );
            return Err(node.error(&problem));
        }
    };
    if outside.words().contains(&Word::Parent) {
        return Err(node.error("a mask cannot depend on the parent"));
    }
    Ok(Mask { kind, outside })
}

fn scope(node: Node<'_>, text: &str, words: &NounWords) -> Result<Scope, String> {
    let scope: Scope = text
        .parse()
        .map_err(|bad: super::super::scope::BadScope| node.error(&bad.0))?;
    if let Some(word) = scope
        .words()
        .iter()
        .find(|word| !words.words.contains(word))
    {
        let known: Vec<_> = words.words.iter().map(|word| word.as_str()).collect();
        let problem = format!(
            "`{}` says nothing about {} rows; there are none, all, {}",
            word.as_str(),
            words.name,
            known.join(", ")
        );
        return Err(node.error(&problem));
    }
    Ok(scope)
}
