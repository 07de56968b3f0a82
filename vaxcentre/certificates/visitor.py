"""Who is guessing: a mark of the network address, which says nothing of the address itself."""

import ipaddress

from flask import request

from vaxcentre.booking import secrets


def address_mark() -> str:
    """The mark of the asking network, as the booking pages make it: their tries count together."""
    return _marked("address", _network(request.remote_addr or ""))


def subject_mark(reference: str) -> str:
    """The mark of the reference that was tried."""
    return _marked("reference", reference)


def _marked(use: str, text: str) -> str:
    return secrets.mark(f"attempt {use}", text.encode()).hex()


def _network(address: str) -> str:
    """One IPv4 address, or the /64 that one subscriber has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))
