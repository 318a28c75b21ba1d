//! A WebSocket as a client has one, by hand: so that a test can also send what no library would.

#![expect(
    clippy::expect_used,
    reason = "a test that has no socket fails, and says why"
)]

use std::{fmt::Write as _, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long a test waits for what is to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the hub says.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message of the protocol.
    Message(Value),
    /// Whether the client is there.
    Ping,
    /// The hub is there.
    Pong,
    /// The socket is closed, with that code and reason.
    Close(u16, String),
    /// The connection is closed.
    End,
}

/// A socket that is open.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
}

impl Socket {
    /// Opens a socket to the hub at `url`, with these headers beside those that every handshake has.
    ///
    /// # Errors
    ///
    /// The answer of a hub that opens none.
    ///
    /// # Panics
    ///
    /// When the hub does not answer.
    pub async fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, String> {
        let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
        Self::open_bare(url, &[&[protocol], headers].concat()).await
    }

    /// As [`Socket::open`], without asking for a protocol.
    ///
    /// # Errors
    ///
    /// The answer of a hub that opens none.
    ///
    /// # Panics
    ///
    /// When the hub does not answer.
    pub async fn open_bare(url: &str, headers: &[(&str, &str)]) -> Result<Self, String> {
        let host = url.strip_prefix("http://").expect("a hub speaks HTTP");
        let mut stream = TcpStream::connect(host).await.expect("the hub listens");
        let mut head = format!(
            "GET /graphql HTTP/1.1\r\nhost: {host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").expect("text takes text");
        }
        head.push_str("\r\n");
        stream
            .write_all(head.as_bytes())
            .await
            .expect("the hub reads");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let byte = timeout(PATIENCE, stream.read_u8()).await;
            answer.push(byte.expect("the hub answers").expect("the answer is whole"));
        }
        let head = String::from_utf8_lossy(&answer).into_owned();
        if head.starts_with("HTTP/1.1 101 ") {
            return Ok(Self { stream });
        }
        let mut body = vec![0; 4096];
        let length = timeout(PATIENCE, stream.read(&mut body)).await;
        let length = length.expect("a body follows").unwrap_or_default();
        body.truncate(length);
        Err(head + &String::from_utf8_lossy(&body))
    }

    /// Opens a socket, and says who it is in its first message.
    ///
    /// # Panics
    ///
    /// When it is not let in.
    pub async fn of(url: &str, token: &str) -> Self {
        let mut socket = Self::open(url, &[]).await.expect("the socket is opened");
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        socket
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(
            socket.hear().await,
            Heard::Message(json!({ "type": "connection_ack" }))
        );
        socket
    }

    /// Sends a message.
    pub async fn say(&mut self, message: &Value) {
        self.send(message.to_string().as_bytes()).await;
    }

    /// Asks `query` under the name `id`.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(&json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// Sends a text.
    pub async fn send(&mut self, text: &[u8]) {
        self.frame(0x81, text).await;
    }

    /// Sends a frame that begins with `first`: its kind, and whether it is the last of its message. What cannot be sent
    /// any more is lost.
    pub async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match u16::try_from(payload.len()) {
            Ok(length) if length < 126 => {
                frame.push(0x80 | u8::try_from(length).unwrap_or_default());
            }
            Ok(length) => {
                frame.push(0x80 | 0x7E);
                frame.extend_from_slice(&length.to_be_bytes());
            }
            Err(_long) => {
                frame.push(0x80 | 0x7F);
                let length = u64::try_from(payload.len()).unwrap_or_default();
                frame.extend_from_slice(&length.to_be_bytes());
            }
        }
        // A mask of zeros changes nothing.
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        self.raw(&frame).await;
    }

    /// Sends bytes as they are.
    pub async fn raw(&mut self, bytes: &[u8]) {
        let _closed = self.stream.write_all(bytes).await;
    }

    /// What the hub says next.
    ///
    /// # Panics
    ///
    /// When it says nothing for a while, or what is no frame.
    pub async fn hear(&mut self) -> Heard {
        let heard = timeout(PATIENCE, self.hear_now()).await;
        heard.expect("the hub says something")
    }

    /// What the hub says next, but for whether somebody is there.
    ///
    /// # Panics
    ///
    /// As [`Socket::hear`].
    pub async fn message(&mut self) -> Value {
        loop {
            match self.hear().await {
                Heard::Message(message) if message == json!({ "type": "ping" }) => {}
                Heard::Message(message) => return message,
                Heard::Ping | Heard::Pong => {}
                other => return json!({ "closed": format!("{other:?}") }),
            }
        }
    }

    /// With which code the hub closes the socket, whatever it says before; 1006 where it says none.
    ///
    /// # Panics
    ///
    /// As [`Socket::hear`].
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Heard::Close(code, _) => return code,
                Heard::End => return 1006,
                _ => {}
            }
        }
    }

    async fn hear_now(&mut self) -> Heard {
        let Ok(first) = self.stream.read_u8().await else {
            return Heard::End;
        };
        let Ok(second) = self.stream.read_u8().await else {
            return Heard::End;
        };
        assert!(second < 0x80, "a hub masks nothing");
        let length = match second {
            126 => self.stream.read_u16().await.map(u64::from),
            127 => self.stream.read_u64().await,
            length => Ok(u64::from(length)),
        };
        let length = usize::try_from(length.unwrap_or_default()).unwrap_or_default();
        let mut payload = vec![0; length];
        if self.stream.read_exact(&mut payload).await.is_err() {
            return Heard::End;
        }
        match first {
            0x81 => Heard::Message(serde_json::from_slice(&payload).expect("a message is JSON")),
            0x88 => match payload.split_at_checked(2) {
                Some(([high, low], reason)) => {
                    let code = u16::from_be_bytes([*high, *low]);
                    Heard::Close(code, String::from_utf8_lossy(reason).into_owned())
                }
                _ => Heard::Close(1005, String::new()),
            },
            0x89 => Heard::Ping,
            0x8A => Heard::Pong,
            other => Heard::Close(0, format!("a frame of the kind {other}")),
        }
    }
}
