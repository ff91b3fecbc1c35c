"""How `make messages` finds the Chinese in program text and in shipped questions.

Templates mark their sentences with `_()`. Stages do not: they know no language, so
every Chinese literal of a module on the list in pyproject.toml is a sentence, and
what an f-string fills in becomes a `{spot}`.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

Found = tuple[int, str, str, list[str]]

CHINESE = re.compile("[\u3400-\u9fff]")
SHOWN = ("title", "intro", "thanks", "label", "help")  # of a questionnaire's parts
_NOT_SENTENCES = {"compile", "maketrans"}  # what these are given is not shown


def from_python(
    source: IO[bytes],
    keywords: object,
    comment_tags: object,
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """Every Chinese literal but docstrings, as Babel's extractors give it."""
    for line, sentence in _literals(ast.parse(source.read())):
        if CHINESE.search(sentence):
            yield line, "gettext", sentence, []


def from_questions(
    source: IO[bytes],
    keywords: object,
    comment_tags: object,
    options: Mapping[str, Any],
) -> Iterator[Found]:
    """What a shipped questionnaire or list of categories shows."""
    for sentence in _shown(json.load(source)):
        yield 1, "gettext", sentence, []


def _literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, _with_spots(node)
    elif not _is_hidden(node):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)


def _is_hidden(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _NOT_SENTENCES
    )


def _with_spots(node: ast.JoinedStr) -> str:
    return "".join(
        "{" + _spot(part.value) + "}"
        if isinstance(part, ast.FormattedValue)
        else str(part.value)
        for part in node.values
        if isinstance(part, ast.FormattedValue | ast.Constant)
    )


def _spot(value: ast.expr) -> str:
    """A name for what is filled in: the last word of the expression."""
    words = re.findall(r"[A-Za-z_]+", ast.unparse(value))
    return words[-1].strip("_") if words else "value"


def _shown(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key in SHOWN and isinstance(value, str) and value:
                yield value
            else:
                yield from _shown(value)
    elif isinstance(part, list):
        for one in part:
            yield from _shown(one)
