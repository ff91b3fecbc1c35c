"""Going through a typed rule from left to right, and saying where one got lost.

In: a rule folded to one width without spaces. Out: its pieces, one after another.
"""

import re
from dataclasses import dataclass

from portal.kernel.workbooks import CellError, short

EXAMPLE = "例如：第3题＝不满意 或 第4题包含（没人管、别的）"
_OPENING, _CLOSING = re.compile(r"[(\[{【〔]"), re.compile(r"[)\]}】〕]")


@dataclass
class Scan:
    """A text and how far it has been read."""

    text: str
    at: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self.text)

    def sees(self, pattern: re.Pattern[str]) -> bool:
        """Whether the pattern stands here."""
        return pattern.match(self.text, self.at) is not None

    def take(self, pattern: re.Pattern[str]) -> str | None:
        """What stands here (its group, where it has one), and step over it."""
        found = pattern.match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        return found[found.re.groups]

    def takes(self, pattern: re.Pattern[str]) -> bool:
        """Whether it stands here; then step over it."""
        return self.take(pattern) is not None

    def sees_bracket(self) -> bool:
        """Whether a bracket opens here, of whatever kind."""
        return self.sees(_OPENING)

    def open(self) -> bool:
        """Whether a bracket opens here; then step over it."""
        return self.takes(_OPENING)

    def close(self) -> None:
        """Step over the closing bracket.

        Raises CellError where there is none.
        """
        if not self.takes(_CLOSING):
            message = "少了一个右括号“）”。请补上。"
            raise CellError(message) if self.is_done else self.lost()

    def lost(self, example: str = EXAMPLE) -> CellError:
        """The refusal of what stands here."""
        rest = self.text[self.at :]
        where = f"从“{short(rest)}”起没有看懂" if rest else "这个条件没有写完"
        return CellError(f"{where}。{example}。")
