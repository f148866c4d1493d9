"""Which network addresses may be connected to: the public internet, and private networks named by the operator."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from yuemian.channels.base import BadConfig

Address = IPv4Address | IPv6Address
_TRANSLATED: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE: Final = IPv6Network("::/96")


class Network:
    """Asked with the resolved address, and connected to that very address: a name cannot change in between."""

    def __init__(self, private: Iterable[str] = ()) -> None:
        try:
            self.private: tuple[IPv4Network | IPv6Network, ...] = tuple(
                ip_network(each, strict=False) for each in private
            )
        except ValueError as error:
            raise BadConfig(
                "A private network is misspelled (%(problem)s); write it as 10.1.0.0/16.", problem=error
            ) from None

    def admits(self, text: str) -> bool:
        address = _unwrapped(ip_address(text))
        return self._is_named(address) or _is_public(address)

    def is_private(self, text: str) -> bool:
        """Inside a network that the operator has named: there, plain http may be used."""
        return self._is_named(_unwrapped(ip_address(text)))

    def _is_named(self, address: Address) -> bool:
        return any(address in network for network in self.private if network.version == address.version)


PUBLIC: Final = Network()


def _is_public(address: Address) -> bool:
    """`is_global` alone lets multicast through."""
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one of the kinds that lead to it."""
    if not isinstance(address, IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in (*_TRANSLATED, _COMPATIBLE)) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
