//! The parameters of a URL: each at most once, and only what is well-formed.

use super::refusal::Refusal;

/// What a GraphQL request in a URL consists of. Other parameters are left alone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) query: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Option<String>,
    pub(super) extensions: Option<String>,
}

impl Parameters {
    /// Reads `query`, the part of a URL behind the `?`, as `application/x-www-form-urlencoded`.
    ///
    /// Stricter than a browser, which guesses: a URL that is cut off or doubly encoded does not
    /// become another question.
    pub(super) fn read(query: &str) -> Result<Self, Refusal> {
        let mut parameters = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name)?;
            let Some(place) = parameters.place(&name) else {
                continue;
            };
            if place.replace(decoded(value)?).is_some() {
                let message = format!("the URL says `{name}` twice");
                return Err(Refusal::bad_request(message));
            }
        }
        Ok(parameters)
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "query" => Some(&mut self.query),
            "operationName" => Some(&mut self.operation_name),
            "variables" => Some(&mut self.variables),
            "extensions" => Some(&mut self.extensions),
            _ => None,
        }
    }
}

/// `text` of a URL, with `+` and `%` read.
pub(super) fn decoded(text: &str) -> Result<String, Refusal> {
    let malformed = || Refusal::bad_request("the URL is not encoded as it should be");
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let high = digit().ok_or_else(malformed)?;
                let low = digit().ok_or_else(malformed)?;
                u8::try_from(high * 16 + low).map_err(|_never| malformed())?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).map_err(|_not_utf8| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let read =
            Parameters::read("query=%7B+a%2Bb%20%F0%9F%8F%83+%7D&x=1&x=2&&variables=").unwrap();
        assert_eq!(read.query.as_deref(), Some("{ a+b 🏃 }"));
        assert_eq!(read.variables.as_deref(), Some(""));
        assert_eq!(read.operation_name, None);
        assert_eq!(Parameters::read("").unwrap(), Parameters::default());
    }

    #[test]
    fn what_is_said_twice_or_malformed_is_refused() {
        for query in [
            "query=a&query=a",
            "query=a&%71uery=b",
            "variables=%7B%7D&query=a&variables=",
            "query=%",
            "query=%7",
            "query=%zz",
            "query=%+1",
            "query=%ff",
            "%ff=1",
        ] {
            assert!(Parameters::read(query).is_err(), "{query}");
        }
    }
}
