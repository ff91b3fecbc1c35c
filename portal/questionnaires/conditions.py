"""When a question applies: structured conditions, no expression language.

In: the answers so far (item id → closed value or text) and the facts the server
knows. Out: yes or no. An unanswered question makes every comparison false; a fact
that is not known is in no list. There is no "not equal": `not` says it visibly.
"""

import operator
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

Answers = Mapping[str, Any]
Facts = Mapping[str, str]

TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "answered": lambda _answer, _v: True,
    "eq": operator.eq,
    "in": lambda answer, v: answer in v,
    "has_any": lambda answer, v: any(choice in v for choice in answer),
    "has_all": lambda answer, v: all(choice in answer for choice in v),
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@dataclass(frozen=True)
class Compare:
    """What an earlier question was answered; `v` is a tuple where `op` takes a list."""

    q: str
    op: str
    v: Any = None

    def holds(self, answers: Answers, _facts: Facts) -> bool:
        """Whether the answer given passes; never, where none was given."""
        answer = answers.get(self.q)
        return answer is not None and TESTS[self.op](answer, self.v)

    def asks(self) -> frozenset[str]:
        """The items this depends on."""
        return frozenset({self.q})

    def facts(self) -> frozenset[str]:
        """The facts this depends on: none."""
        return frozenset()

    def resolved(self, _facts: Facts, kept: Container[str]) -> "Condition | bool":
        """Itself, or false where the question will never be asked."""
        return self if self.q in kept else False

    def data(self) -> dict[str, Any]:
        """The form it has in JSON."""
        if self.op == "answered":
            return {"q": self.q, "op": self.op}
        v = list(self.v) if isinstance(self.v, tuple) else self.v
        return {"q": self.q, "op": self.op, "v": v}


@dataclass(frozen=True)
class Fact:
    """Something the server knows about community, channel or round."""

    name: str
    values: tuple[str, ...]

    def holds(self, _answers: Answers, facts: Facts) -> bool:
        """Whether the fact is known and one of the values."""
        return facts.get(self.name) in self.values

    def asks(self) -> frozenset[str]:
        """The items this depends on: none."""
        return frozenset()

    def facts(self) -> frozenset[str]:
        """The facts this depends on."""
        return frozenset({self.name})

    def resolved(self, facts: Facts, _kept: Container[str]) -> "Condition | bool":
        """True or false: facts do not change while somebody answers."""
        return self.holds({}, facts)

    def data(self) -> dict[str, Any]:
        """The form it has in JSON."""
        return {"fact": self.name, "in": list(self.values)}


@dataclass(frozen=True)
class Not:
    """The opposite; true as well where the question inside was not answered."""

    part: "Condition"

    def holds(self, answers: Answers, facts: Facts) -> bool:
        """Whether the part does not hold."""
        return not self.part.holds(answers, facts)

    def asks(self) -> frozenset[str]:
        """The items this depends on."""
        return self.part.asks()

    def facts(self) -> frozenset[str]:
        """The facts this depends on."""
        return self.part.facts()

    def resolved(self, facts: Facts, kept: Container[str]) -> "Condition | bool":
        """The same with every fact answered."""
        part = self.part.resolved(facts, kept)
        return not part if isinstance(part, bool) else Not(part)

    def data(self) -> dict[str, Any]:
        """The form it has in JSON."""
        return {"not": self.part.data()}


@dataclass(frozen=True)
class _Several:
    """What `all` and `any` share: parts, and the outcome that settles them."""

    parts: tuple["Condition", ...]

    def asks(self) -> frozenset[str]:
        """The items this depends on."""
        return frozenset[str]().union(*(part.asks() for part in self.parts))

    def facts(self) -> frozenset[str]:
        """The facts this depends on."""
        return frozenset[str]().union(*(part.facts() for part in self.parts))

    def _left(self, facts: Facts, kept: Container[str]) -> "list[Condition | bool]":
        return [part.resolved(facts, kept) for part in self.parts]


@dataclass(frozen=True)
class All(_Several):
    """Every part must hold."""

    def holds(self, answers: Answers, facts: Facts) -> bool:
        """Whether every part holds."""
        return all(part.holds(answers, facts) for part in self.parts)

    def resolved(self, facts: Facts, kept: Container[str]) -> "Condition | bool":
        """The same with every fact answered."""
        left = self._left(facts, kept)
        if any(part is False for part in left):
            return False
        open_parts = tuple(part for part in left if not isinstance(part, bool))
        return All(open_parts) if open_parts else True

    def data(self) -> dict[str, Any]:
        """The form it has in JSON."""
        return {"all": [part.data() for part in self.parts]}


@dataclass(frozen=True)
class Some(_Several):
    """At least one part must hold (`any` in JSON)."""

    def holds(self, answers: Answers, facts: Facts) -> bool:
        """Whether a part holds."""
        return any(part.holds(answers, facts) for part in self.parts)

    def resolved(self, facts: Facts, kept: Container[str]) -> "Condition | bool":
        """The same with every fact answered."""
        left = self._left(facts, kept)
        if any(part is True for part in left):
            return True
        open_parts = tuple(part for part in left if not isinstance(part, bool))
        return Some(open_parts) if open_parts else False

    def data(self) -> dict[str, Any]:
        """The form it has in JSON."""
        return {"any": [part.data() for part in self.parts]}


Condition = Compare | Fact | Not | All | Some
