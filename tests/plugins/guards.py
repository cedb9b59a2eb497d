"""No test reaches outside this machine, sends mail, or leaves the clock standing."""

import ipaddress
import socket

import pytest

MAIL_PORTS = (25, 465, 587)
_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


class OutsideNetwork(Exception):
    """A test tried to reach another machine, or this machine's mail server."""


def check(address) -> None:
    """Raise OutsideNetwork unless the address is a file or a port of this machine that is not a mail server's."""
    if not isinstance(address, tuple):  # AF_UNIX
        return
    host, port = address[:2]
    if port in MAIL_PORTS or not is_this_machine(host):
        raise OutsideNetwork(f"a test tried to reach {host}:{port}")


def is_this_machine(host) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def connect(self, address):
    check(address)
    return _connect(self, address)


def connect_ex(self, address):
    check(address)
    return _connect_ex(self, address)


def getaddrinfo(host, port, *args, **kwargs):
    if not is_this_machine(host):
        raise OutsideNetwork(f"a test tried to look up {host}")
    return _getaddrinfo(host, port, *args, **kwargs)


def pytest_configure(config):
    """For the whole run, imports and collection too."""
    socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo
    config.add_cleanup(open_again)


def open_again() -> None:
    socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = _connect, _connect_ex, _getaddrinfo


@pytest.fixture(autouse=True)
def running_clock():
    """Whatever a test did to the clock, the next one finds it running."""
    from practice.core import clock

    yield
    clock.set_to(None)
