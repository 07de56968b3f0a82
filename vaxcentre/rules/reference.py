"""The reference of an appointment: eight letters that no ear, eye or scanner confuses."""

import re
from random import Random

# The letters that sit on the same keys of an AZERTY and a QWERTY keyboard and look like no digit.
ALPHABET = "BCDEFGHJKLNPRSTUVXY"
LENGTH = 8

# Read aloud on the phone and printed in large type: words nobody should be handed.
_UNFIT = re.compile("CREVE|CUL|CUNT|FDP|FUCK|NEGRE|PUE|PUTE|SEX|SLUT|SUCE|TUE")

# A US scanner on a French keyboard types "!" for "/" and ")" for "-".
_WRITTEN = re.compile(
    rf"(?:^|[/!=])([{ALPHABET}]{{4}})[-)‐‑–—\s]?([{ALPHABET}]{{4}})/?$", re.IGNORECASE | re.ASCII
)


def new_reference(random_source: Random) -> str:
    """Draw a reference for a new appointment (34 bits; pass `secrets.SystemRandom()`)."""
    while True:
        reference = "".join(random_source.choice(ALPHABET) for _ in range(LENGTH))
        if not _UNFIT.search(reference):
            return reference


def show_reference(reference: str) -> str:
    """Write the reference in two groups of four, as printed: VXKL-BNTR."""
    return f"{reference[:4]}-{reference[4:]}"


def read_reference(text: str) -> str | None:
    """Find the reference in what was typed or scanned, or None.

    Takes any case, with or without the hyphen, and an address that ends in a reference. A name of
    eight such letters (Lefebvre) reads as a reference too: who searches looks for both.
    """
    match = _WRITTEN.search(text.strip())
    return (match[1] + match[2]).upper() if match else None
