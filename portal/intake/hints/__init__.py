"""What in a text may give its writer away; and the text with those spots covered.

In goes a text, out come spots. Pure; time is linear in the text, for every pattern is
bounded (`hints.rules`). A hint, never a refusal: whoever means it sends it as is.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from portal.intake.hints.doors import DOORS
from portal.intake.hints.numbers import NUMBERS
from portal.intake.hints.people import PEOPLE
from portal.intake.hints.rules import (
    BEFORE,
    FIGURES,
    PIECES,
    SAME,
    SETS,
    Check,
    Kind,
    Reading,
    Rule,
)

RULES: Sequence[Rule] = (*NUMBERS, *DOORS, *PEOPLE)  # the earlier one wins a place

COVERS: Mapping[Kind, str] = {
    Kind.IDENTITY: "〔身份证号〕",
    Kind.CARD: "〔卡号〕",
    Kind.PHONE: "〔电话〕",
    Kind.PLATE: "〔车牌〕",
    Kind.ACCOUNT: "〔账号〕",
    Kind.MAIL: "〔邮箱〕",
    Kind.DOOR: "〔门牌〕",
    Kind.NAME: "某",  # for each sign: 我叫某某某
    Kind.KIN: "某",
    Kind.WORK: "〔工作〕",
}


@dataclass(frozen=True)
class Spot:
    """A piece of a text, `text[start:end]`."""

    start: int
    end: int
    kind: Kind


def spots(text: str, rules: Sequence["ReadyRule"] | None = None) -> list[Spot]:
    """What may give the writer away, in the order of the text, without overlap.

    By every rule, or by those given.
    """
    readings = {way: read(text, way) for way in Reading}
    signs = {way: set(reading) for way, reading in readings.items()}
    found: list[Spot] = []
    for rule in READY if rules is None else rules:
        if rule.needs and rule.needs.isdisjoint(signs[rule.reading]):
            continue
        for start, end in rule.places(readings[rule.reading]):
            if all(end <= one.start or one.end <= start for one in found):
                found.append(Spot(start, end, rule.kind))
    return sorted(found, key=lambda spot: spot.start)


def masked(text: str) -> str:
    """The text with every spot covered by a word that keeps the sense."""
    parts: list[str] = []
    end = 0
    for spot in spots(text):
        cover = COVERS[spot.kind]
        times = spot.end - spot.start if len(cover) == 1 else 1
        parts += [text[end : spot.start], cover * times]
        end = spot.end
    return "".join([*parts, text[end:]])


def read(text: str, way: Reading) -> str:
    """The text as the rules see it, of the same length sign for sign."""
    text = text.translate(_TABLE)
    if way is Reading.WORDS:
        return text
    return _FIGURES.sub(_as_digits, text)


def _as_digits(run: re.Match[str]) -> str:
    """三 as 3; but beside a written digit it is a word: 13800001234一直打不通."""
    return run[0] if run[1] or run[3] else run[2].translate(_DIGITS)


def is_identity(digits: str) -> bool:
    """Whether 18 signs bear a possible birthday and their check digit.

    GB 11643-1999, ISO/IEC 7064 MOD 11-2.
    """
    weighed = sum(int(d) * 2 ** (17 - i) for i, d in enumerate(digits[:17]))
    is_day = re.match(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", digits[6:])
    return is_day is not None and "10X98765432"[weighed % 11] == digits[17].upper()


def is_card(digits: str) -> bool:
    """Whether the last digit is the others' check digit (Luhn, ISO/IEC 7812-1)."""
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def for_browsers() -> str:
    """The rules that travel, as the literal in `static/hints.js`."""
    rules = [rule for rule in RULES if rule.travels]
    pieces = {name: PIECES[name] for name in sorted(_needed(rules))}
    data = {
        "same": SAME,
        "figures": FIGURES,
        "sets": {name: _packed(pieces.pop(name)) for name in SETS},
        "pieces": pieces,
        "rules": [_short(rule) for rule in rules],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/")


def _short(rule: Rule) -> Sequence[object]:
    """Kind, pattern, 1 where 三 stays a word, check, `unless`; no empty end."""
    is_words = int(rule.reading is Reading.WORDS)
    row: list[object] = [rule.kind, rule.pattern, is_words, rule.check, rule.unless]
    while not row[-1]:
        row.pop()
    return row


def _needed(rules: Sequence[Rule]) -> set[str]:
    found: set[str] = set()
    todo = [rule.pattern for rule in rules]
    while todo:
        fresh = set(_PIECE.findall(todo.pop())) - found
        found |= fresh
        todo += [PIECES[name] for name in fresh]
    return found


def _packed(signs: str) -> str:
    """Chinese signs in their order as steps: `i` to `~` go 70 times 0 to 21 on."""
    steps, last = "", 0x4E00
    for sign in signs:
        big, small = divmod(ord(sign) - last, 70)
        whole_steps, rest = divmod(big, 21)
        steps += "~" * whole_steps + (chr(105 + rest) if rest else "") + chr(35 + small)
        last = ord(sign)
    return steps


@dataclass(frozen=True)
class ReadyRule:
    """A rule with its pieces put in, compiled."""

    kind: Kind
    reading: Reading
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    needs: frozenset[str]
    check: Callable[[str], bool] | None

    def places(self, text: str) -> Sequence[tuple[int, int]]:
        """Where the rule holds; a match that fails its check moves on by one sign."""
        found: list[tuple[int, int]] = []
        at = 0
        while match := self.pattern.search(text, at):
            start, end = match.span(2)
            if self._holds(text, start, match[2]):
                found.append((start, end))
                at = end
            else:
                at = match.start() + 1
        return found

    def _holds(self, text: str, start: int, spot: str) -> bool:
        before = text[max(0, start - BEFORE) : start]
        if self.unless and self.unless.search(before):
            return False
        return self.check is None or self.check(_NOT_FIGURES.sub("", spot))


def whole(pattern: str) -> str:
    """The pattern with its pieces put in."""
    while (found := _PIECE.sub(lambda piece: PIECES[piece[1]], pattern)) != pattern:
        pattern = found
    return pattern


def _ready(rule: Rule) -> ReadyRule:
    flags = re.IGNORECASE | re.ASCII  # of ASCII only, as in a browser
    return ReadyRule(
        kind=rule.kind,
        reading=rule.reading,
        pattern=re.compile(whole(rule.pattern), flags),
        unless=re.compile(rule.unless, flags) if rule.unless else None,
        needs=frozenset(rule.needs),
        check=_CHECKS.get(rule.check),
    )


_PIECE = re.compile("<([A-Z0-9-]+)>")
_NOT_FIGURES = re.compile("[^0-9xX]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_TABLE = _WIDE | {ord(a): ord(b) for a, b in zip(*SAME, strict=True)}
_DIGITS = {ord(a): ord(b) for a, b in zip(*FIGURES, strict=True)}
_FIGURES = re.compile(f"([0-9]?)([{FIGURES[0]}]{{1,99}})(?=([0-9]?))")
_CHECKS: Mapping[Check, Callable[[str], bool]] = {
    Check.MOD_11_2: is_identity,
    Check.LUHN: is_card,
}
READY = [_ready(rule) for rule in RULES]
