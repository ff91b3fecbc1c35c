"""What gives a writer away is found, what does not is left alone."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from re import _parser as parse  # type: ignore[attr-defined]  # no other way to be sure
from typing import Any

import pytest

from bench import hints as measured
from bench.hints import HELD_OUT, TUNED, Sentence, false_alarms, recall, sentences
from portal.intake import hints
from portal.intake.hints import RULES, _ready, is_card, is_identity, masked, spots
from portal.intake.hints.rules import PIECES, Kind

BOTH = [*sentences(TUNED), *sentences(HELD_OUT)]


def found(text: str) -> list[tuple[str, str]]:
    return [(spot.kind.value, text[spot.start : spot.end]) for spot in spots(text)]


# The labelled sentences


def test_there_are_five_hundred_sentences_and_a_third_of_them_are_harmless() -> None:
    texts = [one.text for one in BOTH]
    assert len(set(texts)) == len(texts) >= 500
    assert len([one for one in BOTH if not one.labels]) >= 150
    assert len(sentences(HELD_OUT)) >= 150


@pytest.mark.parametrize("known", [BOTH, sentences(HELD_OUT)], ids=["all", "held out"])
def test_most_of_what_is_labelled_is_found(known: Sequence[Sentence]) -> None:
    shares = {
        group: recall(known, kinds).share for group, kinds in measured.GROUPS.items()
    }
    assert shares["numbers"] >= 0.95
    assert shares["places and names"] >= 0.80


@pytest.mark.parametrize("known", [BOTH, sentences(HELD_OUT)], ids=["all", "held out"])
def test_few_harmless_sentences_alarm(known: Sequence[Sentence]) -> None:
    assert false_alarms(known).share <= 0.05


def test_a_rule_too_few_and_a_rule_too_many_would_be_noticed() -> None:
    blind = Sentence("打我电话", [(0, 4, Kind.PHONE)])
    nervous = Sentence("我叫王小明", [])
    assert recall([blind], {Kind.PHONE}).share == 0
    assert false_alarms([nervous]).share == 1


def test_the_table_says_every_goal_and_that_it_holds() -> None:
    table = str(measured.table())
    assert table.count("holds") == 9
    assert "FAILS" not in table


# Kind by kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("打13812340001找我", [("phone", "13812340001")]),
        ("打１３８　１２３４　０００１找我", [("phone", "１３８　１２３４　０００１")]),
        ("打一三八一二三四零零零一找我", [("phone", "一三八一二三四零零零一")]),
        ("13812340001一直打不通", [("phone", "13812340001")]),
        ("证号11010519491231002X", [("identity", "11010519491231002X")]),
        ("流水110105194912310021", []),  # a wrong check digit
        ("数6222021508001234574", []),  # a wrong check digit
        ("我住三号楼二单元五零一室", [("door", "三号楼二单元五零一室")]),
        ("12-3-402漏水", [("door", "12-3-402")]),
        ("三组张老四家隔壁", [("door", "三组张老四家隔壁")]),
        ("我叫王小明，住村东", [("name", "王小明")]),
        ("我是张三的媳妇", [("kin", "张三")]),
        ("我儿子王小明被打", [("kin", "王小明")]),
        ("我老公在村委会上班", [("work", "村委会")]),
    ],
)
def test_a_spot_is_found_where_it_is(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "3号楼没有电梯",  # a building is not a door
        "3栋2单元的电梯坏了",  # nor is a staircase
        "村支书王建国贪污",  # whoever complains about somebody must say who
        "我是这里的居民",
        "我是一名党员",
        "打12345、110、120都没用",
        "服务热线0791-12345678打不通",
        "2024年3月5日交了1500元",
        "赣民发〔2021〕15号",
        "5栋120户没通气",
        "零下10度",
        "我是方言重",
        "改好了。谢谢您。",
        "verifier",
        "",
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_check_digits_are_those_of_the_standards() -> None:
    assert is_identity("11010519491231002X")  # the example in GB 11643-1999
    assert not is_identity("110105194912310020")
    assert not is_identity("110105194913310024")  # no thirteenth month
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")


# Covering


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("我叫王小明，电话13812340001", "我叫某某某，电话〔电话〕"),
        ("我住3栋2单元501，楼上漏水", "我住〔门牌〕，楼上漏水"),
        ("我老公在村委会上班", "我老公在〔工作〕上班"),
        ("路灯坏了。", "路灯坏了。"),
    ],
)
def test_covering_keeps_the_sense(text: str, covered: str) -> None:
    assert masked(text) == covered


def test_nothing_is_left_to_find_under_the_covers() -> None:
    assert [found(masked(one.text)) for one in BOTH] == [[] for _ in BOTH]


# Time


UNBOUNDED = ("+", "*", ",}")


def outside_brackets(pattern: str) -> str:
    """The pattern without escapes and without what stands in [ ]."""
    kept, is_inside, at = "", False, 0
    while at < len(pattern):
        sign = pattern[at]
        at += 2 if sign == "\\" else 1
        if sign == "[":
            is_inside = True
        elif sign == "]":
            is_inside = False
        elif sign != "\\" and not is_inside:
            kept += sign
    return kept


def test_every_repetition_has_an_end() -> None:
    texts = [hints.whole(rule.pattern) + rule.unless for rule in RULES]
    assert not [t for t in texts if any(u in outside_brackets(t) for u in UNBOUNDED)]


def test_a_repetition_without_end_would_be_noticed() -> None:
    assert "+" in outside_brackets(r"[*]\*(a+)")
    assert "*" not in outside_brackets(r"[*]\*(a)")


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1-", "我", "我是", "王", "张三家", "3栋2单元", "我儿子", "住", "a", "a.", "一", "二十", ",", "|", "\n王", "敬礼"],
)  # fmt: skip
def test_a_page_of_nothing_but_beginnings_ends(piece: str) -> None:
    """A pattern that tried every way to go on would be here until tomorrow."""
    text = piece * (5000 // len(piece))
    assert found(masked(text)) == []


def test_the_last_words_of_a_long_letter_are_read_like_the_first() -> None:
    text = "路灯坏了，没人来修。" * 500
    assert found(text + "打13812340001") == [("phone", "13812340001")]


# What is not searched


def matches_without(part: Any, needs: str) -> bool:
    """Whether a parsed pattern could match where none of the signs stand."""
    return all(_item_matches_without(op, value, needs) for op, value in part)


INSIDE: Mapping[
    Any, Callable[[Any], Sequence[Any]]
] = {  # the parts of which one matches
    parse.BRANCH: lambda value: value[1],
    parse.SUBPATTERN: lambda value: value[-1:],
    parse.MAX_REPEAT: lambda value: value[2:] if value[0] else [()],
    parse.MIN_REPEAT: lambda value: value[2:] if value[0] else [()],
    parse.ASSERT: lambda value: value[1:],
}


def _item_matches_without(op: Any, value: Any, needs: str) -> bool:
    if op is parse.LITERAL:
        return chr(value) not in needs
    if op is parse.IN:
        return any(_allows_others(kind, entry, needs) for kind, entry in value)
    parts = INSIDE[op](value) if op in INSIDE else [()]
    return any(matches_without(part, needs) for part in parts)


def _allows_others(op: Any, value: Any, needs: str) -> bool:
    """Whether one entry of a set lets in a sign that is not needed."""
    if op is parse.LITERAL:
        return chr(value) not in needs
    if op is parse.RANGE:
        return any(chr(code) not in needs for code in range(value[0], value[1] + 1))
    return True


NEEDY = 45  # of the rules say what they need


def is_skipped_unduly(pattern: str, needs: str) -> bool:
    """Whether a text without the needed signs may hold what the pattern finds."""
    parsed = parse.parse(hints.whole(pattern), re.IGNORECASE | re.ASCII)
    return bool(needs) and matches_without(parsed, needs)


def test_no_rule_can_match_without_what_it_needs() -> None:
    assert [r.pattern for r in RULES if is_skipped_unduly(r.pattern, r.needs)] == []
    letters = {sign for rule in RULES for sign in rule.needs if sign.isascii()}
    assert {sign.swapcase() for sign in letters} == letters  # as typed, large or small


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("(我叫)(王)", "李"),
        ("(我叫|本人)(王)", "我"),
        ("(我)(王)?", "王"),
        ("(我)([王李])", "王"),
        ("(我)(王)(?!李)", "李"),
    ],
)
def test_a_rule_that_would_be_skipped_unduly_would_be_noticed(
    pattern: str, needs: str
) -> None:
    assert is_skipped_unduly(pattern, needs)


def test_a_sentence_without_figures_and_names_is_hardly_searched() -> None:
    signs = set("路灯坏了，没人来修。")
    skipped = [r for r in hints.READY if r.needs and r.needs.isdisjoint(signs)]
    assert len(skipped) == len([r for r in RULES if r.needs]) == NEEDY


# The browser


def test_the_page_carries_the_rules_of_today() -> None:
    """If not: .venv/bin/python -m bench.hints write."""
    assert measured.SCRIPT.read_text("utf-8") == measured.written()


def test_the_words_for_old_phones_are_in_the_script() -> None:
    before, _, rest = measured.SCRIPT.read_text("utf-8").partition("/*rules*/")
    script = before + rest.partition("/*end*/")[2]
    for modern in ("=>", "const ", "let ", "`", "(?<"):
        assert modern not in script


@pytest.fixture(scope="module")
def in_node() -> list[list[tuple[int, int, str]]]:
    """What the page's script finds in every labelled sentence."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    finding = measured.SCRIPT.read_text("utf-8").partition("\n(function(d)")[0]
    texts = json.dumps([one.text for one in BOTH])
    program = f"{finding};console.log(JSON.stringify({texts}.map(hints)))"
    ran = subprocess.run([node, "-e", program], capture_output=True, check=True)
    return [
        [(spot["start"], spot["end"], spot["kind"]) for spot in spots_]
        for spots_ in json.loads(ran.stdout)
    ]


def test_the_browser_finds_what_the_rules_that_travel_find(
    in_node: list[list[tuple[int, int, str]]],
) -> None:
    travelling = [_ready(rule) for rule in RULES if rule.travels]
    assert in_node == [
        [(s.start, s.end, s.kind.value) for s in spots(one.text, travelling)]
        for one in BOTH
    ]


def test_the_browser_alone_finds_enough_and_no_more_than_the_server(
    in_node: list[list[tuple[int, int, str]]],
) -> None:
    def share(kinds: set[Kind]) -> float:
        labels = [
            any(start < e and s < end and kind == k for s, e, k in there)
            for one, there in zip(BOTH, in_node, strict=True)
            for start, end, kind in one.labels
            if kind in kinds
        ]
        return sum(labels) / len(labels)

    assert share(measured.GROUPS["numbers"]) >= 0.95
    assert share(measured.GROUPS["places and names"]) >= 0.75
    for one, there in zip(BOTH, in_node, strict=True):
        assert not there or spots(one.text)


def test_every_piece_is_used() -> None:
    texts = [rule.pattern for rule in RULES] + list(PIECES.values())
    assert [name for name in PIECES if not any(f"<{name}>" in t for t in texts)] == []
