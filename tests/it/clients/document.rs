//! The blocks of code in a document, and that they are what the files say.

use std::{fs, path::Path};

/// A block of code.
pub(super) struct Block {
    /// What follows the fence: the language, and the file that it is a part of.
    pub(super) about: String,
    /// The lines in it.
    pub(super) text: String,
}

/// The text of a file of the tree.
pub(super) fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|problem| panic!("{path}: {problem}"))
}

/// The blocks of a document of the tree.
pub(super) fn blocks(path: &str) -> Vec<Block> {
    let text = file(path);
    let mut blocks = Vec::new();
    for (number, part) in text.split("```").enumerate() {
        if number % 2 == 1 {
            let (about, text) = part.split_once('\n').unwrap();
            blocks.push(Block {
                about: about.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    blocks
}

/// What a document says to a shell.
pub(super) fn commands(path: &str) -> Vec<Block> {
    let blocks = blocks(path).into_iter();
    blocks.filter(|block| block.about == "sh").collect()
}

/// What `docs/clients.md` says to a shell where it says `word`.
pub(super) fn command(word: &str) -> String {
    let commands = commands("docs/clients.md").into_iter();
    let found: Vec<_> = commands.filter(|block| block.text.contains(word)).collect();
    let [block] = &found[..] else {
        panic!("{} blocks say {word}", found.len())
    };
    block.text.clone()
}

#[test]
fn what_the_document_shows_is_what_the_files_say() {
    for block in blocks("docs/clients.md") {
        let Some((_, path)) = block.about.split_once(' ') else {
            assert_eq!(
                block.about, "sh",
                "which file does this come from? {}",
                block.text
            );
            continue;
        };
        assert!(
            file(path).contains(&block.text),
            "{path} says otherwise:\n{}",
            block.text
        );
    }
}

#[test]
fn examples_and_suite_use_the_same_packages() {
    let ours: serde_json::Value = serde_json::from_str(&file("tests/npm/package.json")).unwrap();
    for example in ["web", "relay"] {
        let path = format!("examples/clients/{example}/package.json");
        let theirs: serde_json::Value = serde_json::from_str(&file(&path)).unwrap();
        for kind in ["dependencies", "devDependencies"] {
            for (name, version) in theirs[kind].as_object().into_iter().flatten() {
                assert_eq!(&ours["dependencies"][name], version, "{name} in {path}");
            }
        }
    }
}
