"""Addresses of those who ask, as limits count them."""

from ipaddress import IPv6Address, ip_address, ip_network


def network(address: str) -> str:
    """What counts as one: an address of IPv4; of IPv6 the /64, which a single customer has; of other texts the text."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), 64), strict=False))
    return str(parsed)
