"""The second language: nothing missing, nothing left over, nothing lost on the way."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from portal.web import language
from tests.house.sentences import from_python

HERE = Path(__file__).parent.parent.parent
DESK = ("templates/desk/", "templates/layout/desk.html", "portal/web/desk/")
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
WIDE = re.compile("[‘’“”…—]")
SPOT = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def extracted(folder: Path) -> Catalog:
    """Every sentence the program can show, found anew."""
    pot = folder / "messages.pot"
    command = ["pybabel", "-q", "extract", "-F", "pyproject.toml", "-o", str(pot), "."]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(HERE)
        CommandLineInterface().run(command)  # type: ignore[no-untyped-call]  # Babel's
    with pot.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return extracted(tmp_path_factory.mktemp("messages"))


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (language.CATALOGUES / "en.po").open("rb") as file:
        return read_po(file, locale="en")


def untranslated(said: Catalog, english: Catalog) -> list[str]:
    """Sentences residents can meet that have no English."""
    return [
        str(message.id)
        for message in said
        if message.id and is_public(message) and not text_of(english, message)
    ]


def is_public(message: Message) -> bool:
    return any(not path.startswith(DESK) for path, _ in message.locations)


def text_of(english: Catalog, message: Message) -> str:
    found = english.get(message.id)
    return "" if found is None or found.fuzzy else str(found.string)


def disagreeing(english: Catalog) -> list[str]:
    """Messages whose English fills in something else than the Chinese."""
    return [
        str(message.id)
        for message in english
        if message.id and message.string and spots(message.id) != spots(message.string)
    ]


def spots(text: object) -> set[str]:
    return {a or b for a, b in SPOT.findall(str(text))}


def test_whatever_residents_can_meet_has_english(
    said: Catalog, english: Catalog
) -> None:
    assert untranslated(said, english) == []


def test_a_new_sentence_without_english_would_be_noticed(
    said: Catalog, english: Catalog
) -> None:
    message = said.add("这句话还没有译文。", locations=[("portal/web/errors.py", 1)])
    try:
        assert untranslated(said, english) == ["这句话还没有译文。"]
    finally:
        said.delete(message.id)


def test_english_fills_in_what_chinese_fills_in(english: Catalog) -> None:
    assert disagreeing(english) == []


def test_a_lost_number_would_be_noticed() -> None:
    leaky = Catalog(locale="en")
    leaky.add("写多了 {over} 个字", "Too long")
    leaky.add("共 %(total)s 题", "%(totals)s questions")
    assert disagreeing(leaky) == ["写多了 {over} 个字", "共 %(total)s 题"]


def test_no_english_is_a_guess_or_left_over(said: Catalog, english: Catalog) -> None:
    assert [m.id for m in english if m.id and m.fuzzy] == []
    assert list(english.obsolete) == []
    assert [m.id for m in english if m.id and m.id not in said] == []


def test_english_is_not_chinese(english: Catalog) -> None:
    assert {m.string for m in english if CHINESE.search(str(m.string))} == {"码上巡"}


def test_english_has_no_mark_that_chinese_type_draws_wide(english: Catalog) -> None:
    assert [m.string for m in english if WIDE.search(str(m.string))] == []


@pytest.mark.parametrize(
    ("chinese", "meant"),
    [
        ("最多选 3 项，您选了 5 项，请去掉几项。", "Choose at most 3. You chose 5; please take some away."),
        ("“别的”这一行还没选，请选一项。", '"Something else" has no answer yet. Please choose one.'),
        ("还有没选的：责任落实、公开透明。不清楚的可以选「不了解」。", "Not chosen yet: Taking responsibility, Openness. If you are not sure, choose \"Don't know\"."),
        ("98.6 分", "98.6 points"),
        ("云溪社区", "云溪社区"),
        ("最多选 3 项" * 200, "最多选 3 项" * 200),
    ],
)  # fmt: skip
def test_a_sentence_with_something_filled_in_is_found_by_its_pattern(
    chinese: str, meant: str
) -> None:
    assert language.catalogue("en").text(chinese) == meant


def test_what_is_filled_in_twice_has_to_be_the_same_twice() -> None:
    pattern = language.pattern_of("这张选票是{place}的。请到{place}的投票页去投")
    assert pattern.fullmatch("这张选票是甲的。请到甲的投票页去投")
    assert not pattern.fullmatch("这张选票是甲的。请到乙的投票页去投")


def test_every_chinese_literal_but_docstrings_is_collected(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""文档。"""\nimport re\nA = re.compile("[年月]")\n'
        'B = {"key": "一句话"}\ndef f(n: int) -> str:\n    """文档。"""\n'
        '    return f"还差 {n + 1:d} 项，" f"共 {A.groups} 项"\n',
        "utf-8",
    )
    with module.open("rb") as file:
        found = [message for _, _, message, _ in from_python(file, (), (), {})]
    assert found == ["一句话", "还差 {n} 项，共 {groups} 项"]
