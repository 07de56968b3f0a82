"""Who is asking: a mark of the network address, which says nothing of the address itself."""

import ipaddress

from flask import request

from vaxcentre.web import keys


def address_mark() -> str:
    """The mark of the asking network: 64 signs that only this centre can make of it."""
    return _marked("address", _network(request.remote_addr or ""))


def outside_mark() -> str | None:
    """The mark of an address on the Internet; None for one of the house.

    This machine, its network, or a proxy that TRUSTED_PROXIES does not name stand for many
    visitors: what is measured out to one of them would be all that everybody gets.
    """
    address = request.remote_addr or ""
    try:
        is_outside = ipaddress.ip_address(address).is_global
    except ValueError:
        return None
    return address_mark() if is_outside else None


def subject_mark(reference: str) -> str:
    """The mark of the reference that was tried."""
    return _marked("reference", reference)


def _marked(use: str, text: str) -> str:
    return keys.mark(f"attempt {use}", text.encode()).hex()


def _network(address: str) -> str:
    """One IPv4 address, or the /64 that one subscriber has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))
