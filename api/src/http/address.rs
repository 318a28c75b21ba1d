//! Where a request comes from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The header to which each proxy adds whom it was asked by.
const FORWARDED: &str = "x-forwarded-for";

/// The address that `http` comes from: that of the connection, or, where that is one of `proxies`, of the
/// last in `X-Forwarded-For` that is none of them. What stands before it anybody could have written. `None` where
/// a proxy does not say whom it was asked by.
pub(super) fn of(http: &HttpRequest, proxies: &[IpNet]) -> Option<IpAddr> {
    let peer = http.peer_addr()?.ip().to_canonical();
    let mut from = peer;
    let headers: Vec<_> = http.headers().get_all(FORWARDED).collect();
    let lists = headers.into_iter().rev();
    // By bytes: what a caller wrote need not be text, and must not take with it what a proxy added.
    let said = lists.flat_map(|list| list.as_bytes().rsplit(|byte| *byte == b','));
    for said in said {
        if !proxies.iter().any(|network| network.contains(&from)) {
            break;
        }
        // What is no address comes from nobody knows where: not from the proxy that passed it on.
        from = str::from_utf8(said).ok().and_then(address)?;
    }
    Some(from)
}

/// `192.0.2.1`, `192.0.2.1:1234`, `2001:db8::1` or `[2001:db8::1]:1234`, as proxies write them.
fn address(said: &str) -> Option<IpAddr> {
    let said = said.trim();
    let bare = said
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or(said, |(bare, _port)| bare);
    let without_port = || bare.rsplit_once(':').map(|(bare, _port)| bare);
    let parsed = bare.parse().ok();
    let parsed: Option<IpAddr> = parsed.or_else(|| without_port()?.parse().ok());
    parsed.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header::HeaderValue, test::TestRequest};

    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let forwarded: Vec<_> = forwarded.iter().map(|list| list.as_bytes()).collect();
        from_bytes(peer, &forwarded).unwrap().to_string()
    }

    fn from_bytes(peer: &str, forwarded: &[&[u8]]) -> Option<IpAddr> {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"].map(|network| network.parse().unwrap());
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for list in forwarded {
            let list = HeaderValue::from_bytes(list).unwrap();
            request = request.append_header((FORWARDED, list));
        }
        of(&request.to_http_request(), &proxies)
    }

    #[test]
    fn a_caller_without_a_proxy_cannot_say_who_they_are() {
        assert_eq!(from("192.0.2.1:80", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(from("[::ffff:192.0.2.1]:80", &[]), "192.0.2.1");
    }

    #[test]
    fn a_proxy_is_believed_and_what_it_was_told_is_not() {
        let spoofed = "127.0.0.1, 198.51.100.7";
        assert_eq!(from("10.1.1.1:80", &[spoofed]), "198.51.100.7");
        assert_eq!(from("10.1.1.1:80", &[spoofed, "10.2.2.2"]), "198.51.100.7");
        assert_eq!(
            from("10.1.1.1:80", &["9.9.9.9, [2001:db8::7]:443"]),
            "9.9.9.9"
        );
        assert_eq!(from("10.1.1.1:80", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(from("10.1.1.1:80", &["2001:db9::7"]), "2001:db9::7");
    }

    #[test]
    fn whom_a_proxy_does_not_know_comes_from_nowhere() {
        for said in [
            "",
            "unknown",
            "_hidden, unknown",
            "198.51.100.7, 10.2.2.2, ",
        ] {
            assert_eq!(
                from_bytes("10.1.1.1:80", &[said.as_bytes()]),
                None,
                "{said}"
            );
        }
        assert_eq!(from("10.1.1.1:80", &[]), "10.1.1.1");
    }

    #[test]
    fn what_is_no_text_hides_nobody() {
        let address = "198.51.100.7".parse().ok();
        assert_eq!(from_bytes("10.1.1.1:80", &[b"\xff, 198.51.100.7"]), address);
        assert_eq!(
            from_bytes("10.1.1.1:80", &[b"\xff", b"198.51.100.7"]),
            address
        );
        assert_eq!(from_bytes("10.1.1.1:80", &[b"198.51.100.7, \xff"]), None);
    }
}
