# SPDX-License-Identifier: Apache-2.0
"""Text as a reader sees it: what looks the same is compared as the same, and what cannot be seen parts nothing."""

import re
import unicodedata
from functools import lru_cache

# Letters of other scripts that print as a Latin letter (after Unicode TS 39, single letters of six scripts).
_LOOKS_LIKE = {
    "Cyrillic": ("авеікмнорстухјѕԁһӏԛԝьѵґАВЕІКМНОРСТУХЈЅԚԜѴҮү", "abeikmhopctyxjsdhlqwbvrABEIKMHOPCTYXJSQWVYy"),
    "Greek": ("αβεικνορτυχγϲϳωΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "abeiknoptyxycjwABEZHIKMNOPTYXC"),
    "Armenian": ("օսոհցզքԼՕՏՍ", "ounhgqpLOSU"),
    "Cherokee": ("ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", "ABCDEGHJKLMPRSTVWZ"),
    "Lisu": ("ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "ABCDEFGHIJKLMNOPRSTUVWXYZ"),
    "Coptic": ("ⲀⲂⲈⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬ", "ABEHIKMNOPCTYX"),
    "Latin": ("ıɑɡɩɪ", "iagii"),
    "dashes": ("‐‑‒–—−", "------"),
    "slashes": ("∕⁄⧸╱", "////"),
    "brackets": ("❨❩⟮⟯⦅⦆⸨⸩﴾﴿", "()()()()()"),
}
_LATIN = str.maketrans(
    {letter: plain for pair in _LOOKS_LIKE.values() for letter, plain in zip(*pair, strict=True)} | {"⫽": "//"}
)

# Letters and marks by their category that take no ink; spaces of no script of ours.
_NO_INK = frozenset("\u115f\u1160\u2800\u3164\uffa0")

_RUNS = re.compile(r"(?P<plain>[ -~\s]+)|.", re.ASCII | re.DOTALL)


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be seen: white space of any kind, format and control characters."""
    return all(character.isspace() or _is_unseen(character) for character in text)


def as_seen(text: str) -> tuple[str, list[int]]:
    """The text in plain Latin letters where it looks so, without accents and what cannot be seen; and for each of its
    characters where in `text` it stands. Letter case and white space stay."""
    seen: list[str] = []
    places: list[int] = []
    for run in _RUNS.finditer(text):
        if run["plain"]:
            seen.append(run[0])
            places.extend(range(*run.span()))
        else:
            plain = _plain(run[0])
            seen.append(plain)
            places.extend([run.start()] * len(plain))
    return "".join(seen), places


@lru_cache(4096)
def _plain(character: str) -> str:
    """What one character looks like: nothing, one letter or several."""
    if character.isspace():
        return character
    if unicodedata.category(character) == "No":  # a raised figure behind a word is no part of the word
        return " "
    parts = unicodedata.normalize("NFKD", character.translate(_LATIN)).translate(_LATIN)
    if len(parts) > 1 and unicodedata.category(character) == "So" and not parts.startswith("("):  # ™ likewise
        return " "
    return "".join(part for part in parts if not _is_unseen(part) and unicodedata.category(part) not in ("Mn", "Me"))


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc") or character in _NO_INK
