use super::{Mapping, preset::PRESETS};

fn problem(text: &str) -> String {
    Mapping::parse("my.toml", text).expect_err("the mapping is wrong")
}

fn rule(lines: &str) -> String {
    format!("system = \"x\"\n[[file]]\nname = \"a.csv\"\n[[file.row]]\n{lines}\n")
}

#[test]
fn the_mappings_that_come_with_the_program_are_understood() {
    for preset in PRESETS {
        Mapping::parse(preset.name, preset.text).unwrap();
    }
    let example = include_str!("../../../../examples/leadforge.toml");
    Mapping::parse("leadforge.toml", example).unwrap();
}

#[test]
fn an_unknown_word_is_an_error_with_line_and_advice() {
    let unknown_entity = problem(&rule("entity = \"acount\""));
    assert!(unknown_entity.starts_with("my.toml:5: there is no entity `acount`"));
    assert!(unknown_entity.contains("Did you mean `account`?"));

    let unknown_field = problem(&rule("entity = \"lead\"\nfields.emial = \"E-Mail\""));
    assert!(unknown_field.starts_with("my.toml:6: there is no field of lead `emial`"));
    assert!(unknown_field.contains("Did you mean `email`?"));

    let unknown_value = problem(&rule(
        "entity = \"lead\"\nfields.status = { value = \"WON\" }",
    ));
    assert!(unknown_value.starts_with("my.toml:6: `status`: `WON` is not one of NEW, NURTURING"));

    let unknown_setting = problem(&rule("entity = \"lead\"\nkeys = \"id\""));
    assert!(unknown_setting.contains("Did you mean `key`?"));
}

#[test]
fn references_are_checked() {
    let bare = problem(&rule("entity = \"lead\"\nfields.owner = \"owner\""));
    assert!(bare.contains("write { ref = \"user\", column = … }"));

    let wrong = "entity = \"lead\"\nfields.owner = { ref = \"account\", column = \"a\" }";
    assert!(problem(&rule(wrong)).contains("is a reference to user, not to account"));
}
