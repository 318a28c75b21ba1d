//! Values as they are written.

use serde_json::{Map, Value as Json, json};

use super::question::Writer;

/// A value, as JSON and as it stands in a document.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) json: Json,
    pub(super) text: String,
}

impl Literal {
    pub(super) fn of(json: Json, text: String) -> Self {
        Self { json, text }
    }

    pub(super) fn text(text: &str) -> Self {
        // A string of GraphQL is a string of JSON.
        Self::of(json!(text), json!(text).to_string())
    }

    pub(super) fn number(number: usize) -> Self {
        Self::of(json!(number), number.to_string())
    }

    /// A value of an enumeration.
    pub(super) fn choice(name: &str) -> Self {
        Self::of(json!(name), name.to_owned())
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        let texts: Vec<_> = items.iter().map(|item| item.text.clone()).collect();
        let text = format!("[{}]", texts.join(", "));
        Self::of(items.into_iter().map(|item| item.json).collect(), text)
    }

    /// An object with one field.
    pub(super) fn within(self, field: &str) -> Self {
        let mut object = Fields::default();
        object.put(field, self);
        object.literal()
    }
}

/// An object that is being written.
#[derive(Default)]
pub(super) struct Fields {
    texts: Vec<String>,
    json: Map<String, Json>,
}

impl Fields {
    pub(super) fn has(&self, field: &str) -> bool {
        let start = format!("{field}: ");
        self.texts.iter().any(|text| text.starts_with(&start))
    }

    pub(super) fn put(&mut self, field: &str, value: Literal) {
        self.texts.push(format!("{field}: {}", value.text));
        self.json.insert(field.to_owned(), value.json);
    }

    /// A field whose variable has no value is not there.
    pub(super) fn put_nothing(&mut self, field: &str, variable: &str) {
        self.texts.push(format!("{field}: {variable}"));
    }

    pub(super) fn literal(self) -> Literal {
        let text = format!("{{{}}}", self.texts.join(", "));
        Literal::of(Json::Object(self.json), text)
    }
}

impl Writer<'_> {
    /// `value` as an argument, or a part of one: as it is, or by a variable of the type `ty`.
    pub(super) fn passed(&mut self, ty: &str, value: Literal) -> Literal {
        if value.text.contains('$') {
            // A variable or a text with such a sign: either way it stands in the document.
            return value;
        }
        let text = self.pass(ty, &value);
        Literal::of(value.json, text)
    }
}
