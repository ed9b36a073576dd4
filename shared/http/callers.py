"""From where a request comes: the address of the peer, or the one that a trusted proxy tells."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from shared.http.call import Call

WITH_PORT = re.compile(r"(?P<v4>[0-9.]+)(:[0-9]+)?|\[(?P<v6>[0-9A-Fa-f:.%]+)\](:[0-9]+)?")
OF_A_SITE = 64
"""An IPv6 site has so many bits in common; each of its machines has countless addresses."""


def address_of(call: Call) -> str:
    """The address to count by: behind trusted proxies the last that none of them has; IPv6 without the machine."""
    client = call.scope.get("client")
    address = client[0] if client else ""
    trusted = tuple(call.kernel.settings.trusted_proxies)
    hops = [part.strip() for part in (call.header("x-forwarded-for") or "").split(",") if part.strip()]
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    parsed = _read(address)
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, OF_A_SITE), strict=False))
    return str(parsed) if parsed else address[:100]


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: IPv6 in brackets or not, some with the port, which changes with each connection."""
    match = WITH_PORT.fullmatch(address)
    bare = (match["v4"] or match["v6"]) if match else address
    try:
        return ip_address(bare.partition("%")[0])
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    parsed = _read(address)
    return parsed is not None and any(parsed in ip_network(network) for network in trusted)
