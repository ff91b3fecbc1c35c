"""What leaves the team is in the team's words: runs copied from a letter are found.

Pure. In: what a finding says and what letters say. Out: the longest run both share.
Design promise 12: never a resident's text. Who is complained about must not know a
neighbour by a turn of phrase.
"""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from portal.kernel.errors import InvalidError

LONGEST_RUN = 11  # characters in common; place names and terms of the trade are shorter


class CopiedWordsError(InvalidError):
    """A sentence of a letter was copied into a finding."""

    def __init__(self, run: str) -> None:
        super().__init__(
            f"「{run}」和来信的原话一样，容易让人认出是谁写的。请换成自己的话再保存。"
        )


def bare(text: str) -> str:
    """Letters and digits only: spaces and punctuation hide no copy."""
    return "".join(c for c in text if c.isalnum())


def copied_run(said: str, letter: str) -> str:
    """The longest run of characters that `said` took over from `letter`."""
    ours, theirs = bare(said), bare(letter)
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    match = matcher.find_longest_match()
    return ours[match.a : match.a + match.size]


def require_own_words(said: str, letters: Iterable[str]) -> None:
    """Refuse a text that carries a letter's sentence along.

    Raises CopiedWordsError.
    """
    ours = set(_runs(said))
    for letter in letters:
        if not ours.isdisjoint(_runs(letter)):
            raise CopiedWordsError(copied_run(said, letter))


def _runs(text: str) -> Iterator[str]:
    """Every run of the shortest length that is too long to share."""
    plain, size = bare(text), LONGEST_RUN + 1
    return (plain[i : i + size] for i in range(len(plain) - size + 1))
