//! A very small identity provider: it publishes a key, counts who asks for it, and can misbehave.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where it says what it is.
pub(super) const METADATA: &str = "/.well-known/openid-configuration";
/// Where its keys are.
pub(super) const KEYS: &str = "/keys";

/// A provider that listens as long as the test runs.
pub(super) struct Issuer {
    /// Its `iss`: `http://127.0.0.1:…`.
    pub(super) url: String,
    key: Mutex<Key>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What it answers to each path: a status with headers, and a body.
    answers: HashMap<String, (String, String)>,
    asked: Vec<String>,
    held: bool,
}

/// A key pair, by the name of its `kid`.
#[derive(Clone)]
pub(super) struct Key {
    id: String,
    private: EncodingKey,
}

impl Key {
    pub(super) fn new(id: &str) -> Self {
        // What precedes the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend(Uuid::now_v7().as_bytes());
        der.extend(Uuid::now_v7().as_bytes());
        Self {
            id: id.to_owned(),
            private: EncodingKey::from_ed_der(&der),
        }
    }

    /// The public key, as a provider publishes it.
    pub(super) fn public(&self) -> Value {
        let mut key = Jwk::from_encoding_key(&self.private, Algorithm::EdDSA).unwrap();
        key.common.key_id = Some(self.id.clone());
        serde_json::to_value(key).unwrap()
    }

    /// The header of what this key signs.
    pub(super) fn header(&self) -> Header {
        Header {
            kid: Some(self.id.clone()),
            ..Header::new(Algorithm::EdDSA)
        }
    }

    /// A token with these claims, and another header.
    pub(super) fn sign_with(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.private).unwrap()
    }

    /// A token with these claims.
    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }
}

impl Issuer {
    /// One with a key called `first`.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let answering = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&answering);
                thread::spawn(move || shared.answer(stream.unwrap()));
            }
        });
        let key = Key::new("first");
        let issuer = Self {
            url,
            key: Mutex::new(key.clone()),
            shared,
        };
        let jwks = format!("{}{KEYS}", issuer.url);
        issuer.says(METADATA, &json!({ "issuer": issuer.url, "jwks_uri": jwks }));
        issuer.publish(key);
        issuer
    }

    /// The key that it signs with.
    pub(super) fn key(&self) -> Key {
        self.key.lock().unwrap().clone()
    }

    /// A token with these claims.
    pub(super) fn sign(&self, claims: &Value) -> String {
        self.key().sign(claims)
    }

    /// Signs with `key` from now on, and publishes no other.
    pub(super) fn publish(&self, key: Key) {
        self.says(KEYS, &json!({ "keys": [key.public()] }));
        *self.key.lock().unwrap() = key;
    }

    /// Answers `path` with `body` from now on.
    pub(super) fn says(&self, path: &str, body: &Value) {
        self.answers(path, "200 OK", &body.to_string());
    }

    /// Answers `path` with `status`, and perhaps headers in lines of their own, and `body` from now on.
    pub(super) fn answers(&self, path: &str, status: &str, body: &str) {
        let mut state = self.shared.state.lock().unwrap();
        let answer = (status.to_owned(), body.to_owned());
        state.answers.insert(path.to_owned(), answer);
    }

    /// Lets everybody wait for their answer, or no longer.
    pub(super) fn hold(&self, held: bool) {
        self.shared.state.lock().unwrap().held = held;
        self.shared.changed.notify_all();
    }

    /// What was asked for so far, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().asked.clone()
    }

    /// How often its keys were asked for.
    pub(super) fn fetches(&self) -> usize {
        self.asked().iter().filter(|path| *path == KEYS).count()
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) {
        let (mut request, mut part) = (Vec::new(), [0; 1024]);
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut part) {
                Ok(length) if length > 0 => request.extend(&part[..length]),
                _ => return,
            }
        }
        let request = String::from_utf8(request).unwrap();
        let path = request.split(' ').nth(1).unwrap().to_owned();
        let mut state = self.state.lock().unwrap();
        state.asked.push(path.clone());
        while state.held {
            state = self.changed.wait(state).unwrap();
        }
        let nothing = ("404 Not Found".to_owned(), String::new());
        let (status, body) = state.answers.get(&path).cloned().unwrap_or(nothing);
        drop(state);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        // Who asked may have hung up.
        let _sent = stream.write_all((head + &body).as_bytes());
    }
}
