"""Table e: what the hints before self-exposure find, on fictional labelled sentences.

`python -m bench.hints write` puts the rules into `static/hints.js`.
`tuned.txt` was looked at while the rules were written, `held_out.txt` was not.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.tables import Table
from portal.intake.hints import for_browsers, spots
from portal.intake.hints.rules import Kind

SCRIPT = Path(__file__).parent.parent / "static" / "hints.js"
FOLDER = Path(__file__).parent.parent / "tests" / "stages" / "hints"
TUNED, HELD_OUT = "tuned.txt", "held_out.txt"
GROUPS = {
    "numbers": {
        *(Kind.IDENTITY, Kind.CARD, Kind.PHONE),
        *(Kind.PLATE, Kind.ACCOUNT, Kind.MAIL),
    },
    "places and names": {Kind.DOOR, Kind.NAME, Kind.KIN, Kind.WORK},
}
LEAST = {"numbers": 0.95, "places and names": 0.80}
MOST_FALSE = 0.05
COLUMNS = ("set", "what", "labelled", "found", "recall", "goal")
_LABEL = re.compile(r"\{(\w+)\|([^}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """A text and what in it is labelled: start, end, kind."""

    text: str
    labels: Sequence[tuple[int, int, Kind]]

    @property
    def missed(self) -> list[tuple[int, int, Kind]]:
        """Labels no spot of the same kind touches."""
        found = spots(self.text)
        return [
            (start, end, kind)
            for start, end, kind in self.labels
            if not any(
                s.start < end and start < s.end and s.kind == kind for s in found
            )
        ]

    @property
    def false(self) -> list[str]:
        """Spots that touch no label."""
        return [
            f"{s.kind} {self.text[s.start : s.end]}"
            for s in spots(self.text)
            if not any(s.start < end and start < s.end for start, end, _ in self.labels)
        ]


def sentences(name: str) -> list[Sentence]:
    """The labelled sentences of a file."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [_sentence(line) for line in lines if line and not line.startswith("#")]


def _sentence(line: str) -> Sentence:
    text, labels, end = "", [], 0
    line = line.replace("\\n", "\n")
    for label in _LABEL.finditer(line):
        text += line[end : label.start()]
        labels.append((len(text), len(text) + len(label[2]), Kind(label[1])))
        text += label[2]
        end = label.end()
    return Sentence(text + line[end:], labels)


@dataclass(frozen=True)
class Score:
    """How many of how many."""

    found: int
    of: int

    @property
    def share(self) -> float:
        """Between 0 and 1; of nothing, everything."""
        return self.found / self.of if self.of else 1.0

    def __str__(self) -> str:
        """In per cent, with one digit."""
        return f"{self.share:.1%}"


def recall(of: Iterable[Sentence], kinds: set[Kind]) -> Score:
    """Labelled spots that were found."""
    known = list(of)
    labels = sum(kind in kinds for one in known for _, _, kind in one.labels)
    missed = sum(kind in kinds for one in known for _, _, kind in one.missed)
    return Score(labels - missed, labels)


def false_alarms(of: Iterable[Sentence]) -> Score:
    """Sentences without a label in which something was found."""
    plain = [one for one in of if not one.labels]
    return Score(sum(bool(one.false) for one in plain), len(plain))


def table() -> Table:
    """Recall by kind and group, and false alarms, on either file and on both."""
    sets = {name: sentences(name) for name in (TUNED, HELD_OUT)}
    sets["both"] = [one for known in sets.values() for one in known]
    return Table(
        "Hints before self-exposure",
        COLUMNS,
        [row for name, known in sets.items() for row in _rows(name, known)],
    )


def _rows(name: str, known: Sequence[Sentence]) -> Iterable[Sequence[str]]:
    for kind in Kind:
        yield (name, kind.value, *_cells(recall(known, {kind})), "")
    for group, kinds in GROUPS.items():
        score, least = recall(known, kinds), LEAST[group]
        goal = f">= {least:.0%}: {'holds' if score.share >= least else 'FAILS'}"
        yield (name, group, *_cells(score), goal)
    score = false_alarms(known)
    goal = f"<= {MOST_FALSE:.0%}: {'holds' if score.share <= MOST_FALSE else 'FAILS'}"
    yield (name, "false alarms", *_cells(score), goal)


def _cells(score: Score) -> tuple[str, str, str]:
    return str(score.of), str(score.found), str(score)


def written() -> str:
    """The browser's script with the rules of today in it."""
    start, end = "/*rules*/", "/*end*/"
    before, _, rest = SCRIPT.read_text("utf-8").partition(start)
    return f"{before}{start}{for_browsers()}{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        SCRIPT.write_text(written(), "utf-8")
    else:
        print(table())
