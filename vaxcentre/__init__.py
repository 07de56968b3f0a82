"""vaxcentre: one vaccination centre runs its own day."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(**overrides: Any) -> "Flask":
    """Make the application; see `wiring.build` for the settings.

    The wiring is loaded here, not above: the supervisor and the printer import the package too,
    and must neither pay for the application nor fall with it.
    """
    from vaxcentre.wiring import build

    return build(**overrides)
