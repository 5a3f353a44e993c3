"""Whose failed logins count together."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from fastapi import Request

from app.services.login_failures import client_network


def network_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 that an IPv6 customer has."""
    try:
        ip = ip_address(address)
    except ValueError:  # of a test, or a socket in the file system
        return address
    if not isinstance(ip, IPv6Address):
        return address
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(IPv6Network((int(ip), 64), strict=False).network_address)


async def remember_client(request: Request) -> None:
    """Tell the count of failures where the request comes from."""
    client_network.set(network_of(request.client.host) if request.client else "unknown")
