"""Names as people write them, and the forms in which two spellings of one name meet."""

import re
import unicodedata

# Letters that decomposition leaves alone, with their usual writing in plain letters.
_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})

# What parts the words of a name: spaces, hyphens, apostrophes, and what lists are written with.
_BETWEEN_WORDS = re.compile(r"[\s\-\u2010-\u2015\u2212'\u2019\u02bc`\u00b4.,;/()]+")
_GIVEN_ENDS = re.compile(r"[\s,;]+")
_SPACED_HYPHEN = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")

# French spellings of one sound, applied in this order to a folded name.
_SOUNDS = (
    (r"(.)\1+", r"\1"),  # Hénin, Hennin
    (r"bv", "v"),  # Lefebvre, Lefèvre
    (r"ph", "f"),
    (r"sch|ch|sh", "C"),
    (r"h", ""),
    (r"y", "i"),
    (r"w", "v"),
    (r"qu?|ck", "k"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"ge(?=[aou])|g(?=[ei])", "j"),
    (r"gu(?=[ei])", "g"),
    (r"z", "s"),
    (r"x", "ks"),
    (r"eau(?:l?[dt])?$|au(?:l?[dt])?$", "o"),
    (r"eau|au", "o"),
    (r"ean(?![aeiounm])", "an"),
    (r"(?:ain|ein|in|aim|eim|im)(?![aeiounm])", "I"),
    (r"(?:an|en)(?![aeiounm])|(?:am|em)(?![aeiounm]|$)", "A"),  # Vandam, Vandamme
    (r"(?:on|om)(?![aeiounm])", "O"),
    (r"ai|ei", "e"),
    (r"(.)\1+", r"\1"),
)
# A final e is silent and lets the consonant before it be heard: Louis, but Louise.
_SILENT_END = re.compile(r"es?$|(?:ks|[dtsp])+$")


def fold(name: str) -> str:
    """Reduce a name to what search and matching compare: small letters and digits, nothing else.

    Accents, hyphens, apostrophes and spaces go; œ is oe, ß is ss. Cyrillic and other alphabets
    keep their own letters. A name without a letter or digit folds to nothing.
    """
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(filter(str.isalnum, spread.translate(_PLAIN)))


def first_given_name(given: str) -> str:
    """Take the first of several given names, as civil status lists them.

    A space or a comma parts two names, a hyphen joins one: of "Jean-Pierre Marie" the first is
    "Jean-Pierre", of "Jean Pierre" it is "Jean": `is_same_first_name` knows that they may be one.
    """
    names = _GIVEN_ENDS.split(_SPACED_HYPHEN.sub("-", given.strip(" ,;")).strip())
    return names[0]


def is_same_first_name(one: str, other: str) -> bool:
    """Whether two lists of given names begin with the same one, also where a hyphen was left out.

    "Jean-Pierre" and "Jean Pierre Marie" do; "Jean-Pierre" and "Jean" do not.
    """
    return fold(first_given_name(one)) in _run_together(other) or (
        fold(first_given_name(other)) in _run_together(one)
    )


def _run_together(given: str) -> set[str]:
    """Of "Jean Pierre": jean, jeanpierre."""
    names = [fold(name) for name in _GIVEN_ENDS.split(_SPACED_HYPHEN.sub("-", given.strip(" ,;")))]
    return {"".join(names[: place + 1]) for place in range(len(names))}


def is_beginning_of(given: str, names: str) -> bool:
    """Whether these given names are the first of those: who types "Ada" means "Ada Louise" too."""
    typed, kept = ([fold(name) for name in _GIVEN_ENDS.split(text)] for text in (given, names))
    return kept[: len(typed)] == typed


def endings(name: str) -> tuple[str, ...]:
    """Each word of a name with all that follows it, folded: of O'Brien Smith "obriensmith", ...

    Whoever looks for a person begins with any of the words, and may run the next ones together.
    """
    words = [folded for word in _BETWEEN_WORDS.split(name) if (folded := fold(word))]
    return tuple("".join(words[place:]) for place in range(len(words)))


def other_words(family: str, given: str, used: str = "") -> set[str]:
    """The beginnings that find a person besides the folded birth name and first given name."""
    return {*endings(family)[1:], *endings(given)[1:], *endings(used)}


def sound_key(name: str) -> str:
    """Write a name as it sounds in French, roughly, to find two spellings of one person.

    Made for showing possible twins to a person, never for deciding: Dupont and Dupond, Mathieu and
    Matthieu, Lefebvre and Lefèvre share a key; so do some names that only resemble each other.
    """
    folded = fold(name)
    key = folded
    for spelling, sound in _SOUNDS:
        key = re.sub(spelling, sound, key)
    return _SILENT_END.sub("", key) or folded


def sounds_like(one: str, other: str) -> bool:
    """Tell whether two names could be two spellings of one; nothing sounds like nothing."""
    key = sound_key(one)
    return bool(key) and key == sound_key(other)
