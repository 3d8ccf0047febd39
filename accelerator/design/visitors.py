"""Where a visitor comes from, as far as it can be believed."""

import ipaddress
import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# As some proxies say it: each connection would be another visitor.
_WITH_PORT: Final = re.compile(r"\[([^\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def client_address(request: HttpRequest) -> str:
    """The network address of the visitor, for limits: an IPv6 one is cut to its network (/64), unless it holds an IPv4
    one (as a server that listens to both says it): all of them would be one visitor.

    What the visitor writes in X-Forwarded-For is ignored: only the entries that our own declared proxies added count
    (`settings.TRUSTED_PROXIES`, from the right).
    """
    trusted = settings.TRUSTED_PROXIES
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if trusted and len(forwarded) >= trusted and forwarded[-trusted]:
        address = forwarded[-trusted]
    if with_port := _WITH_PORT.fullmatch(address):
        address = with_port[1] or with_port[2]
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if known.version == 6 and known.ipv4_mapped:
        return str(known.ipv4_mapped)
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False).network_address)
    return str(known)
