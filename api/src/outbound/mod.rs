//! What the hub says to others over HTTP: never where a redirect leads, never for longer than is said, never
//! more of an answer than is said; and, where others name the place, never anywhere but on the public Internet.

mod address;

use std::{error::Error as StdError, fmt, time::Duration};

use reqwest::{
    Client as Http, RequestBuilder, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use rustls::crypto::ring;
use tokio::net::lookup_host;
use url::{Host, Url};

pub use address::is_public;
pub use reqwest::StatusCode;

/// Speaks HTTP/1.1 to others, over TLS or in the clear. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    longest: usize,
    reach: Reach,
}

/// How a client behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long an answer may take, to its last byte.
    pub timeout: Duration,
    /// The most that is read of an answer, in bytes.
    pub longest: usize,
    /// Where it goes.
    pub reach: Reach,
}

/// Where a client goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Where the operator says, by their proxy if they have one.
    Operator,
    /// To this machine: there is no proxy, and no certificate is trusted.
    ThisMachine,
    /// Where callers say, by no proxy; only to public addresses. What counts is the address that is connected
    /// to, so that it does not help to give a name another address in between.
    Public,
    /// As `Public`, to any address.
    Anywhere,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// The header `Retry-After`, where it is text.
    pub retry_after: Option<String>,
    /// Its body, as far as it was read.
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub whole: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// It took too long.
    TimedOut,
    /// The place has no address that may be asked.
    Refused,
    /// Nobody was reached, or they hung up; what the library says of it, without the URL.
    Unreachable(String),
}

impl Client {
    /// A client that behaves like this.
    ///
    /// # Errors
    ///
    /// Says what is wrong when this machine cannot speak TLS.
    pub fn new(options: Options) -> Result<Self, String> {
        // The cryptography that the database's TLS has; an error says that somebody chose it before.
        let _chosen_before = ring::default_provider().install_default();
        let mut http = Http::builder()
            .redirect(Policy::none())
            .timeout(options.timeout)
            .user_agent(concat!("revhub/", env!("CARGO_PKG_VERSION")));
        http = match options.reach {
            Reach::Operator => http,
            Reach::ThisMachine => http.no_proxy().tls_certs_only([]),
            Reach::Public => http.no_proxy().dns_resolver(PublicOnly),
            Reach::Anywhere => http.no_proxy(),
        };
        Ok(Self {
            http: http.build().map_err(|error| cause(&error))?,
            longest: options.longest,
            reach: options.reach,
        })
    }

    /// Asks for what is at `url`.
    ///
    /// # Errors
    ///
    /// Returns [`Failure`] when there is no answer.
    pub async fn get(&self, url: Url, accept: &'static str) -> Result<Answer, Failure> {
        self.admit(&url)?;
        self.ask(self.http.get(url).header("accept", accept)).await
    }

    /// Sends JSON to `url`.
    ///
    /// # Errors
    ///
    /// Returns [`Failure`] when there is no answer.
    pub async fn post_json(
        &self,
        url: Url,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Answer, Failure> {
        self.admit(&url)?;
        let mut request = self
            .http
            .post(url)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(body)).await
    }

    /// A literal address is connected to without being looked up.
    fn admit(&self, url: &Url) -> Result<(), Failure> {
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        match literal {
            Some(address) if self.reach == Reach::Public && !is_public(address) => {
                Err(Failure::Refused)
            }
            _ => Ok(()),
        }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let response = request.send().await.map_err(failure)?;
        self.read(response).await.map_err(failure)
    }

    async fn read(&self, mut response: Response) -> reqwest::Result<Answer> {
        let retry_after = response.headers().get("retry-after");
        let mut answer = Answer {
            status: response.status(),
            retry_after: retry_after.and_then(|value| value.to_str().ok().map(str::to_owned)),
            body: Vec::new(),
            whole: true,
        };
        while let Some(part) = response.chunk().await? {
            let room = self.longest.saturating_sub(answer.body.len());
            answer.whole = part.len() <= room;
            answer.body.extend(part.iter().take(room));
            if !answer.whole {
                break;
            }
        }
        Ok(answer)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the answer took too long"),
            Self::Refused => f.write_str("it has no address on the public Internet"),
            Self::Unreachable(cause) => f.write_str(cause),
        }
    }
}

/// Finds the addresses of names, and keeps to itself those that are not public.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let mut public = found.filter(|found| is_public(found.ip())).peekable();
            if public.peek().is_none() {
                return Err(NotPublic.into());
            }
            let public: Vec<_> = public.collect();
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// A name has no public address.
#[derive(Debug, thiserror::Error)]
#[error("no public address")]
struct NotPublic;

fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut source: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(inner) = source {
        if inner.is::<NotPublic>() {
            return Failure::Refused;
        }
        source = inner.source();
    }
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    Failure::Unreachable(cause(&error))
}

/// An error of the library with what led to it.
fn cause(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(reach: Reach) -> Client {
        let options = Options {
            timeout: Duration::from_secs(5),
            longest: 4,
            reach,
        };
        Client::new(options).unwrap()
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_no_place_to_go() {
        let public = client(Reach::Public);
        for url in [
            "http://localhost:9/",
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://0x7f.1:9/",
            "http://2130706433:9/",
            "http://[::ffff:127.0.0.1]:9/",
        ] {
            let asked = public.get(Url::parse(url).unwrap(), "*/*").await;
            assert!(matches!(asked, Err(Failure::Refused)), "{url}: {asked:?}");
        }
        let anywhere = client(Reach::Anywhere);
        let asked = anywhere.get(Url::parse("http://127.0.0.1:9/").unwrap(), "*/*");
        assert!(matches!(asked.await, Err(Failure::Unreachable(_))));
    }
}
