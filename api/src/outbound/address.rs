//! Which addresses are of the public Internet.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use ipnet::IpNet;

/// The networks that are not: this machine, those behind it, what clouds say of themselves, examples, and what
/// reaches many at once (the registries of special-purpose addresses of the IANA).
const SPECIAL: [&str; 23] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    // Within 2000::/3: tunnels to addresses of IPv4 among them.
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
];

/// Whether `address` is of the public Internet, as far as addresses say. One of IPv6 that stands for one of IPv4
/// is as public as that.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    static NETWORKS: LazyLock<Vec<IpNet>> =
        LazyLock::new(|| SPECIAL.iter().filter_map(|it| it.parse().ok()).collect());
    let address = match address {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => IpAddr::V4(address),
            // All that is given out of IPv6 is in 2000::/3.
            None if address.segments().first().is_none_or(|it| it >> 13 != 1) => return false,
            None => IpAddr::V6(address),
        },
    };
    !NETWORKS.iter().any(|network| network.contains(&address))
}

/// The address of IPv4 that one of IPv6 stands for: mapped, or translated (RFC 6052).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let translated = matches!(address.segments(), [0x64, 0xff9b, 0, 0, 0, 0, _, _]);
    let [.., a, b, c, d] = address.octets();
    let last = Ipv4Addr::new(a, b, c, d);
    address.to_ipv4_mapped().or(translated.then_some(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_that_is_named_is_one() {
        let networks: Vec<IpNet> = SPECIAL.iter().map(|it| it.parse().unwrap()).collect();
        assert_eq!(networks.len(), SPECIAL.len());
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for address in [
            "8.8.8.8",
            "100.63.255.255",
            "172.15.0.1",
            "172.32.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:80b::200e",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn no_other_address_is() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "100::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
