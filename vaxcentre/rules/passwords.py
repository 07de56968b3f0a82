"""What a password and six digits must not be: short, one's own name, or everybody's first idea."""

import re
from collections.abc import Iterable
from itertools import pairwise

from vaxcentre.rules.names import fold
from vaxcentre.rules.refusal import N_, Refusal

SHORTEST = 12
LONGEST = 200
OWN_LETTERS = 4

# What people type when twelve signs are asked for; digits around it change nothing.
_COMMON = """
password passwordpassword motdepasse motdepassemotdepasse azertyuiop azertyuiopqs qwertzuiop
azertyuiopqsdfghjklm azertyazerty qwertyuiop qwertyuiopasdf qwertyqwerty abcdefghijkl
administrateur administrator centredevaccination vaccination vaccinations vaxcentre bienvenue
bonjourbonjour soleilsoleil doudoudoudou jetaimejetaime iloveyouiloveyou letmeinletmein
changemechangeme changezmoi welcomewelcome
"""


class PasswordTooShort(Refusal):
    """Fewer than twelve signs."""

    sentence = N_("Take at least %(number)s signs: three or four words that you remember will do.")
    field = "password"


class PasswordIsOwnName(Refusal):
    """Little more than a name that colleagues know."""

    sentence = N_("This password is mostly your own name or e-mail address. Take other words.")
    field = "password"


class PasswordTooCommon(Refusal):
    """One of the first that anybody would try."""

    sentence = N_("This password is among the first that anybody would try. Take other words.")
    field = "password"


class CodeUnreadable(Refusal):
    """Not six digits."""

    sentence = N_("Type six digits.")
    field = "code"


class CodeTooEasy(Refusal):
    """All the same, a run, or two digits in turn."""

    sentence = N_("These six digits are too easy to guess. Take others.")
    field = "code"


def check_password(password: str, *, own_words: Iterable[str]) -> None:
    """Let a password pass that colleagues and strangers would not guess; nothing else is asked.

    Length counts more than signs of all kinds (ANSSI, "Recommandations relatives à
    l'authentification multifacteur et aux mots de passe", 2021). `own_words` are the person's
    names and address.

    Raises:
        PasswordTooShort, PasswordTooCommon, PasswordIsOwnName
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort(number=SHORTEST)
    folded = fold(password)
    letters = folded.strip("0123456789")
    if len(set(password)) < 5 or letters in _COMMON.split() or _is_run(folded):
        raise PasswordTooCommon
    if letters and len(_without(letters, own_words)) < OWN_LETTERS:
        raise PasswordIsOwnName


def read_code(text: str) -> str:
    """Read the six digits with which a colleague takes over a desk.

    Raises:
        CodeUnreadable: not six digits.
        CodeTooEasy: 000000, 123456, 121212 and their like.
    """
    code = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{6}", code):
        raise CodeUnreadable
    if len(set(code)) < 3 or _is_run(code):
        raise CodeTooEasy
    return code


def _is_run(digits: str) -> bool:
    """Whether each digit follows the one before, up or down: 123456, 987654, 789012."""
    if not digits.isascii() or not digits.isdigit():
        return False
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    return steps in ({1}, {9})


def _without(letters: str, own_words: Iterable[str]) -> str:
    """What is left of a password when the person's own words are taken out."""
    for word in sorted(map(fold, own_words), key=len, reverse=True):
        if len(word) >= 3:
            letters = letters.replace(word, "")
    return letters
