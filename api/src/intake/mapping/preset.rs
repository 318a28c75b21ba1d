//! Mappings that come with the program, for the exports of well-known systems.

/// A mapping that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What the command line calls it.
    pub name: &'static str,
    /// The mapping.
    pub text: &'static str,
}

/// All of them.
pub const PRESETS: [Preset; 3] = [
    Preset {
        name: "salesforce",
        text: include_str!("../../../presets/salesforce.toml"),
    },
    Preset {
        name: "hubspot",
        text: include_str!("../../../presets/hubspot.toml"),
    },
    Preset {
        name: "marketo",
        text: include_str!("../../../presets/marketo.toml"),
    },
];

/// The preset called `name`.
#[must_use]
pub fn find(name: &str) -> Option<Preset> {
    PRESETS.into_iter().find(|preset| preset.name == name)
}
