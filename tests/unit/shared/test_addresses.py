"""Which addresses are of the public Internet, in every form in which one can be written."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tools.addresses import is_public


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "168.63.129.17", "93.184.215.14", "2606:4700::1111", "2001:4860:4860::8888"],
)
def test_addresses_of_hosts_on_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255"),
        *("192.0.0.8", "192.0.0.9", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "224.0.1.1", "239.255.255.255", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1"),
        *("ff02::1", "ff0e::1", "100::1", "5f00::1", "2001:db8::1", "3fff::1", "4000::1"),
        # IPv4 in IPv6: mapped, compatible, 6to4, Teredo, NAT64 (both prefixes).
        *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "::8.8.8.8", "::127.0.0.1"),
        *("2002:7f00:1::", "2002:808:808::1", "2001:0:1::1", "2001:20::1"),
        *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1"),
        *("", "localhost", "example.org", "127.1", "0x7f.1", "2130706433", "8.8.8.8 ", "8.8.8.08"),
    ],
)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(address)


@given(address=st.ip_addresses(v=4))
def test_no_ipv6_form_of_an_ipv4_address_is_public(address: object) -> None:
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"::{address}")
    assert not is_public(f"64:ff9b::{address}")


@given(address=st.ip_addresses())
def test_what_is_public_is_global_and_of_one_host(address: object) -> None:
    found = ip_address(str(address))
    if is_public(str(address)):
        assert found.is_global
        kinds = ("private", "multicast", "reserved", "loopback", "link_local", "unspecified")
        assert not any(getattr(found, f"is_{kind}") for kind in kinds)
