"""Open the centre: its pages, its messages, its printer, kept alive and taken down together.

Knows nothing of the application, so that whatever breaks there does not break what restarts it.
"""

import os
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from vaxcentre.printer import listen, socket_path
from vaxcentre.processes import Address, Child, Supervisor, say

PAGES_FIRST = 10.0  # seconds at most; papers asked for meanwhile wait at the printer's door
GRACE = 10  # seconds that a server gives its running requests


def read_address(text: str) -> Address:
    """Read `host:port`, as in LISTEN.

    Raises:
        ValueError: there is no port in it.
    """
    host, _, port = text.rpartition(":")
    if not host or not 0 < int(port) < 1 << 16:
        raise ValueError(text)
    return Address(host.strip("[]"), int(port))


def is_taken(address: Address) -> bool:
    """Whether another program listens there already (the server itself would share the port)."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError:
            return True
    return False


def pool(name: str, serves: str, address: Address, niceness: int) -> Child:
    """Two server processes of one thread each; a killed one is replaced."""
    options = (
        "--interface wsgi --http 1 --no-ws --workers 2 --blocking-threads 1 --log-level warning "
        f"--respawn-failed-workers --respawn-interval 1 --workers-kill-timeout {GRACE}"
    )
    place = ["--host", address.host, "--port", str(address.port)]
    command = [sys.executable, "-m", "granian", *options.split(), *place, "wsgi:app"]
    return Child(name, command, {"SERVES": serves}, niceness)


def pools(settings: Mapping[str, str]) -> dict[Address, Child]:
    """The public's pages and the staff's, apart: a crowd outside never slows the desk."""
    public = read_address(settings.get("LISTEN") or "127.0.0.1:8080")
    staff = read_address(settings.get("STAFF_LISTEN") or "127.0.0.1:8081")
    match settings.get("SERVES") or "":
        case "all":
            return {public: pool("pages", "all", public, 0)}
        case "public":
            return {public: pool("pages du public", "public", public, 10)}
        case "staff":
            return {staff: pool("pages du personnel", "staff", staff, 0)}
        case "":
            return {
                public: pool("pages du public", "public", public, 10),
                staff: pool("pages du personnel", "staff", staff, 0),
            }
        case other:
            raise ValueError(f"SERVES={other}")


def printers(door: int, count: int) -> list[Child]:
    """One printer, or more where large batches are usual: whoever is free takes the next paper."""
    command = [sys.executable, "-m", "vaxcentre.printer", "--fd", str(door)]
    return [Child("impression", command, niceness=10, files=[door]) for _ in range(count)]


def all_is_free(addresses: Iterable[Address]) -> bool:
    """Whether the centre can listen where it should; says so when it cannot, or when it may not."""
    for address in addresses:
        if is_taken(address):
            say(f"Le port {address.port} est déjà pris : le centre est-il déjà ouvert ?")
            return False
        if not address.is_loopback:
            say(f"Attention : {address.url} est visible du réseau, à placer derrière nginx et TLS.")
    return True


def main() -> int:
    """Open the centre with the settings of the environment."""
    try:
        served = pools(os.environ)
        count = int(os.environ.get("PRINTERS") or 1)
    except ValueError as error:
        say(f"Réglage incompréhensible : {error} (attendu : 127.0.0.1:8080 ; public, staff ou all)")
        return 1
    if not all_is_free(served):
        return 1
    door = listen(socket_path(Path(os.environ.get("VAXCENTRE_INSTANCE") or "instance").resolve()))
    worker = Child("messages", [sys.executable, "-m", "vaxcentre.worker"], niceness=10)
    behind = [worker, *printers(door.fileno(), count)]
    for child in behind:
        child.start_at = time.monotonic() + PAGES_FIRST
    children = [*served.values(), *behind]
    names = ", ".join(f"{child.name} {address.url}" for address, child in served.items())
    Supervisor(children, list(served), f"Le centre est ouvert : {names} (Ctrl-C le ferme)").run()
    say("Le centre est fermé.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
