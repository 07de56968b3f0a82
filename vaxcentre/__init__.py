"""vaxcentre: one vaccination centre runs its own day."""

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(**overrides: Any) -> "Flask":
    """Make the application; see `wiring.build` for the settings.

    The wiring is loaded here, not above: the supervisor and the printer import the package too,
    and must neither pay for the application nor fall with it. What is loaded stays: looking for
    garbage meanwhile is a fifth of the time that a start takes.
    """
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        from vaxcentre.wiring import build

        return build(**overrides)
    finally:
        if was_collecting:
            gc.enable()
