"""The base of every "no" that a person gets from the centre."""

from typing import ClassVar


def N_(sentence: str) -> str:
    """Mark a sentence for translation where nothing may translate yet."""
    return sentence


class Refusal(Exception):
    """A "no" with a sentence for a human, and the form field that shows it.

    Subclasses are named after the refused fact. The sentence is an English msgid with named
    placeholders; the page translates it and fills in `facts`, so that what is refused in one
    language is read in the reader's.
    """

    sentence: ClassVar[str] = N_("This cannot be done.")
    field: ClassVar[str | None] = None

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence % facts if facts else self.sentence)
