//! Why a socket is closed, by the codes of the protocol and two of our own.

use std::borrow::Cow;

use actix_ws::{CloseCode, CloseReason};

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    /// From 4000 on: those of `graphql-transport-ws`; 4290 and 4291 are the hub's.
    pub(super) code: u16,
    /// For people. A frame has room for 123 bytes, and all of these are shorter.
    pub(super) reason: Cow<'static, str>,
}

impl Close {
    /// The hub stops; another one may be there.
    pub(super) const STOPPING: Self = Self::new(1001, "the hub stops: connect again");
    /// A message, or a part of one, is longer than one may be.
    pub(super) const TOO_LARGE: Self = Self::new(1009, "a message may have 262144 bytes");
    /// What was sent is no WebSocket, or no text.
    pub(super) const BROKEN: Self = Self::new(1002, "this is not what RFC 6455 says");
    /// The client said something before it said who it is, or may not call any more.
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    /// What the client says who it is does not hold.
    pub(super) const FORBIDDEN: Self = Self::new(4403, "Forbidden");
    /// The client did not say who it is.
    pub(super) const NO_INIT: Self = Self::new(4408, "Connection initialisation timeout");
    /// The client said so twice.
    pub(super) const INIT_TWICE: Self = Self::new(4429, "Too many initialisation requests");
    /// The client does not read, or does not answer.
    pub(super) const TOO_SLOW: Self =
        Self::new(4291, "Too slow: connect again, and go on with `after`");
    /// The hub is at fault.
    pub(super) const INTERNAL: Self = Self::new(4500, "Internal error");

    /// As the client has closed it, which is answered alike: without a code where it said none, and as what RFC 6455
    /// does not say where the code is none that may be sent.
    pub(super) fn echo(said: Option<CloseReason>) -> Self {
        let Some(said) = said else {
            return Self::new(Self::NO_CODE, "");
        };
        match u16::from(said.code) {
            code @ (1000..=1003 | 1007..=1014 | 3000..=4999) => Self::new(code, ""),
            _ => Self::BROKEN,
        }
    }

    /// The code where there is none, which is never sent.
    const NO_CODE: u16 = 1005;

    /// What is sent, if it is more than that it is closed.
    pub(super) fn reason(&self) -> Option<CloseReason> {
        (self.code != Self::NO_CODE).then(|| CloseReason::from(self))
    }

    const fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// What the client sent is no message; `problem` says why, and quotes nothing.
    pub(super) fn invalid(problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: 4400,
            reason: problem.into(),
        }
    }

    /// The client has an operation of that id already.
    pub(super) fn duplicate(id: &str) -> Self {
        let id: String = id.chars().take(20).collect();
        Self {
            code: 4409,
            reason: format!("Subscriber for {id} already exists").into(),
        }
    }

    /// The client has, or asks, as much as it may.
    pub(super) fn too_many(reason: String) -> Self {
        Self {
            code: 4290,
            reason: reason.into(),
        }
    }
}

/// How many bytes the reason may have.
const LONGEST: usize = 123;

impl From<&Close> for CloseReason {
    fn from(close: &Close) -> Self {
        let reason = &close.reason;
        let mut end = reason.len().min(LONGEST);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let reason = reason.get(..end).unwrap_or_default();
        Self {
            code: CloseCode::from(close.code),
            description: (end > 0).then(|| reason.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_its_frame() {
        let said = |close: &Close| CloseReason::from(close).description.unwrap();
        assert_eq!(said(&Close::UNAUTHORIZED), "Unauthorized");
        let long = Close::invalid("é".repeat(100));
        assert_eq!(said(&long), "é".repeat(61));
        let id = "😀".repeat(5_000);
        assert!(said(&Close::duplicate(&id)).len() <= LONGEST);
    }

    #[test]
    fn what_the_client_closed_is_closed_alike() {
        let echo = |code: u16| {
            let said = CloseReason {
                code: CloseCode::from(code),
                description: Some("bye".to_owned()),
            };
            Close::echo(Some(said)).reason()
        };
        let alike = |code: u16| {
            let code = CloseCode::from(code);
            Some(CloseReason {
                code,
                description: None,
            })
        };
        for code in [1000, 1001, 3000, 4999] {
            assert_eq!(echo(code), alike(code));
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 2000, 5000] {
            assert_eq!(echo(code), Close::BROKEN.reason());
        }
        assert_eq!(Close::echo(None).reason(), None);
    }

    #[test]
    fn a_code_is_sent_as_it_is() {
        for close in [Close::TOO_SLOW, Close::STOPPING, Close::NO_INIT] {
            let code = close.code;
            assert_eq!(u16::from(CloseReason::from(&close).code), code);
        }
    }
}
