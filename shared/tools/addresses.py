"""Which addresses belong to the public Internet; a call for an agent goes to no other."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    IPv4Network("192.88.99.0/24"),  # the relays of 6to4 (RFC 7526)
    # Azure's own services for each machine, its wire server among them:
    # https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
    IPv4Network("168.63.129.16/32"),
)
"""Public by name only."""
_UNICAST_6 = IPv6Network("2000::/3")
"""All that is assigned for the Internet (RFC 4291, 2.4). What carries an IPv4 address is outside of
it (mapped, compatible, NAT64) or excluded here."""
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)


def is_public(address: str) -> bool:
    """Whether this is the address of one host on the Internet: not private, loopback, link-local,
    shared (CGNAT), multicast, reserved, nor an IPv6 form of an IPv4 address. A text that is no
    address is none of a public host. Source: IANA's special-purpose address registries."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    match found:
        case IPv4Address():
            special = any(found in network for network in _NOT_PUBLIC_4)
            return found.is_global and not found.is_multicast and not special
        case IPv6Address():
            special = any(found in network for network in _NOT_PUBLIC_6)
            return found.is_global and found in _UNICAST_6 and not special
