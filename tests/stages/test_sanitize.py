"""Text in, text out: what cannot be seen goes, what can be seen stays."""

import html
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.intake.sanitize import one_line, plain_text
from portal.intake.signs import RULES, Fate, fate_of
from portal.kernel.codes import typed_code, typed_digits
from tests.stages.sanitize_cases import CASES, FAMILY, SCOTLAND

TAG_OF_HTML = re.compile(  # written apart from the one that is tested
    r"</?(?:a|b|p|br|script)(?:\s+[a-z-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'"
    r"|[^\s\"'=<>`]+))?)*\s*/?>",
    re.IGNORECASE,
)
EVERY_SIGN = [chr(number) for number in range(sys.maxunicode + 1)]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
SEEN_FORMAT = (  # Prepended_Concatenation_Mark of PropList.txt
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
    "\U000110bd\U000110cd"
)
SELECTORS = {
    *map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]),
    *"\u180b\u180c\u180d\u180f",
}
IGNORABLE = {  # Default_Ignorable_Code_Point of DerivedCoreProperties.txt
    *"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0",
    *map(chr, [*range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
    *map(chr, [*range(0x2060, 0x2070), *range(0xFFF0, 0xFFF9)]),
    *map(chr, [*range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)]),
    *map(chr, range(0xE0000, 0xE1000)),
    *SELECTORS,
}

SIGNS = st.sampled_from([*"路灯不亮 三<>&;/=\"'ab1\n\té", "&lt;", "&amp;", "\u200b"])
TAGS = st.sampled_from(["<b>", "</b>", "<p class='x'>", "<br/>", "<script>", "<a b"])
markup = st.lists(st.one_of(SIGNS, TAGS), max_size=20).map("".join)
NEIGHBOURS = [  # signs whose fate hangs on others, and what may stand beside them
    *"<b>/=' \r\n👨👩🏽↔葛か가가\u11a8ᠠئ🏴1e\u2028\u212a\u2adc\U0001d15e\uf92c\u0e33\u037e",
    *"\u0301\u0316\u0338\u3099\u0f73\u0344\u20e3\u0600\u200b\u202e\u1160\ufffe",
    *"\u200c\u200d\u180b\u180e\ufe0e\ufe0f\U000e0100\U0001faea",
    *(*SCOTLAND, SCOTLAND, FAMILY, "<p>", "</b>"),
]
woven = st.lists(st.sampled_from(NEIGHBOURS), max_size=12).map("".join)
anything = st.one_of(st.text(), markup, woven)
few = settings(max_examples=150, deadline=None)
many = settings(max_examples=1000, deadline=None)


def is_seen(sign: str) -> bool:
    """Whether a sign alone leaves ink; spaces do not."""
    if sign in SEEN_FORMAT:
        return True
    is_nothing = sign in IGNORABLE or ord(sign) & 0xFFFE == 0xFFFE
    is_reserved = "\ufdd0" <= sign <= "\ufdef" or sign == "\u2800"
    hidden = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
    return not (is_nothing or is_reserved or unicodedata.category(sign) in hidden)


def visible(text: str) -> str:
    """The signs of a text that can be seen, in NFC."""
    normal = unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", "".join(c for c in normal if is_seen(c)))


def without_tags(text: str) -> str:
    """A text without well-formed markup, nor what its removal makes of it."""
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    while (again := TAG_OF_HTML.sub("", seen)) != seen:
        seen = again
    return seen


# Cases


@pytest.mark.parametrize(("typed", "kept"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])  # fmt: skip
def test_a_text_comes_out_as_one_would_read_it(typed: str, kept: str) -> None:
    assert plain_text(typed) == kept
    assert plain_text(kept) == kept


def test_the_cases_are_many_and_each_has_its_own_name() -> None:
    assert len({why for why, _, _ in CASES}) == len(CASES) > 90


def test_gb_18030_has_every_rare_sign_of_the_cases() -> None:
    for why, typed, kept in CASES:
        assert typed.encode("gb18030").decode("gb18030") == typed, why
        assert kept.encode("gb18030").decode("gb18030") == kept, why


# The table


def test_every_control_and_hidden_sign_goes() -> None:
    """Of all Unicode, whatever is Cc, Cf, Cs, Zl or Zp or must be ignored."""
    hidden = [
        sign
        for sign in EVERY_SIGN
        if sign not in SEEN_FORMAT + "\n\t\r\u2028\u2029"
        and (
            unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            or sign in IGNORABLE
        )
    ]
    assert len(hidden) > 6000
    together = "".join(sign for sign in hidden if sign not in SELECTORS)
    assert plain_text(f"张{together}三") == "张三"
    kept = [sign for sign in hidden if plain_text(f" {sign}三") != "三"]
    assert kept == []


def test_every_other_sign_of_unicode_stays() -> None:
    """Alone, and as the form that NFC gives it."""
    bulk = {"Cn", "Co"}  # unassigned and private: every 32nd will do
    seen = [
        sign
        for number, sign in enumerate(EVERY_SIGN)
        if is_seen(sign)
        and (number % 32 == 0 or unicodedata.category(sign) not in bulk)
    ]
    assert len(seen) > 150_000
    texts = ["张".join(seen[i : i + 500]) for i in range(0, len(seen), 500)]
    lost = [text for text in texts if plain_text(text) != visible(text)]
    assert lost == []


@pytest.mark.parametrize("sign", BIDI)
def test_every_bidi_control_goes(sign: str) -> None:
    assert unicodedata.bidirectional(sign) not in {"ON", ""}
    assert plain_text(f"收{sign}100{sign}元") == "收100元"


def test_every_line_of_the_table_says_why_and_decides_something() -> None:
    decided = {
        rule.what: {sign for sign in EVERY_SIGN[:0x3000] if rule.covers(sign)}
        for rule in RULES
    }
    for rule in RULES:
        assert rule.why
        beyond = any(first >= 0x3000 for first, _ in rule.ranges)
        assert decided[rule.what] or beyond, rule.what
    assert {rule.fate for rule in RULES} == set(Fate)
    assert [fate_of(sign) for sign in "\n\x00\u0301\u200d灯"] == [
        Fate.STAYS,
        Fate.GOES,
        Fate.STACKS,
        Fate.BESIDE,
        Fate.STAYS,
    ]


# Properties


@few
@given(anything.filter(lambda t: "<" not in t and "\u0338" not in t))
def test_no_visible_character_disappears(text: str) -> None:
    normal = unicodedata.normalize("NFD", text)
    marks = [c for c in normal if unicodedata.category(c) in {"Mn", "Me"}]
    if len(marks) <= 4:
        assert visible(plain_text(text)) == visible(text)


@few
@given(markup)
def test_nothing_visible_disappears_but_tags(text: str) -> None:
    assert visible(plain_text(text)) == visible(without_tags(text))


def test_bleach_alone_would_eat_words() -> None:
    """The leaking twin: without escaping first, the same property fails."""
    import bleach  # noqa: TID251

    text = "a<b & c>d"
    assert visible(bleach.clean(text, tags=set(), strip=True)) == "ad"
    assert visible(plain_text(text)) == visible(text)


@many
@given(anything)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = plain_text(text)
    assert plain_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert one_line(one_line(text)) == one_line(text)


@many
@given(anything)
def test_nothing_hidden_is_left_but_beside_what_it_shapes(text: str) -> None:
    left = {sign for sign in plain_text(text) if sign not in SEEN_FORMAT + "\n\t"}
    beside = {"\u200c", "\u200d", "\u180e", *SELECTORS, *SCOTLAND}
    assert left & (IGNORABLE - beside) == set()
    categories = {unicodedata.category(sign) for sign in left - beside}
    assert categories & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()
    plain_text(text).encode()


class TextOf(HTMLParser):
    """What a browser shows of an HTML text, and whether it met a tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", 0

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags += 1


@few
@given(anything)
def test_what_comes_out_escaped_is_read_back_as_itself(text: str) -> None:
    browser = TextOf()
    browser.feed(html.escape(plain_text(text)))
    browser.close()
    assert (browser.text, browser.tags) == (plain_text(text), 0)


@few
@given(anything)
def test_no_tag_of_html_is_left(text: str) -> None:
    assert TAG_OF_HTML.search(plain_text(text)) is None


@few
@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert one_line(text).splitlines() in ([], [one_line(text)])


# Work


def runs_of(text: str) -> list[str]:
    """The marks in a row that NFC has to put in order."""
    return re.findall("M+", "".join(".M"[unicodedata.combining(c) > 0] for c in text))


@contextmanager
def counting() -> Iterator[list[int]]:
    """Signs that are handed from function to function, and calls, summed up.

    NFC sorts marks by insertion inside one call: a run of n counts n².
    """
    work = [0]

    def note(frame: FrameType, event: str, called: object) -> None:
        if called is unicodedata.normalize:
            work[0] += sum(len(run) ** 2 for run in runs_of(frame.f_locals["text"]))
        if event in {"call", "c_call"}:
            work[0] += 1
        if event == "call":
            given = [frame.f_locals.get(n) for n in frame.f_code.co_varnames[:4]]
            work[0] += sum(len(one) for one in given if isinstance(one, str | list))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield work
    finally:
        sys.setprofile(before)


def growth(clean: Callable[[str], object], make: Callable[[int], str]) -> float:
    """How many times the work grows when the input grows fourfold."""
    spent = []
    for size in (500, 2000):
        text = make(size)
        clean(text)  # fills the caches of the table
        with counting() as work:
            clean(text)
        spent.append(work[0])
    return spent[1] / spent[0]


TOWERS: dict[str, Callable[[int], str]] = {
    "marks in both places": lambda n: "e" + "\u0301\u0316" * n,
    "marks and nothing": lambda n: "e" + "\u0301\u200b\u0316" * n,
    "joiners": lambda n: "👨\u200d" * n,
    "joiners of nothing": lambda n: "\u200d" * n,
    "selectors": lambda n: "☎" + "\ufe0f" * n,
    "flags": lambda n: SCOTLAND * n,
    "tags": lambda n: "<p>" * n,
    "tags in tags": lambda n: "<b" * n + ">" * n,
    "tags in tags, spread": lambda n: "<b <i></i>" * n + ">" * n,
    "openings": lambda n: "<" * n,
    "ends": lambda n: "<" + ">" * n,
    "attributes": lambda n: "<b" + " a=1" * n + "<",
    "white space": lambda n: ("<b" + " " * 50) * n,
    "entities": lambda n: "<b>" + "&" * n,
    "blank lines": lambda n: "a" + "\n" * n + "b",
}


@pytest.mark.parametrize("make", TOWERS.values(), ids=list(TOWERS))
def test_four_times_the_text_is_four_times_the_work(make: Callable[[int], str]) -> None:
    assert growth(plain_text, make) < 5


def test_removing_tags_over_and_over_would_be_found() -> None:
    """The slow twin: one pass for every level of tags in tags."""

    def pass_(text: str) -> str:
        return TAG_OF_HTML.sub("", text)

    def slow(text: str) -> str:
        while (again := pass_(text)) != text:
            text = again
        return text

    assert growth(slow, TOWERS["tags in tags"]) > 12


def test_sorting_long_runs_of_marks_would_be_found() -> None:
    """The other slow twin."""

    def slow(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    assert growth(slow, TOWERS["marks in both places"]) > 12


def test_a_megabyte_of_marks_is_four_of_them() -> None:
    assert plain_text("e" + "\u0316\u0301" * 500_000) == "é" + "\u0316" * 4
    assert plain_text("\u0301" * 1_000_000 + "灯") == "\u0301" * 4 + "灯"


# Digits


DIGITS = {
    "full-width": "０１２３４５６７８９",
    "mathematical bold": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "mathematical monospace": "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿",
    "Arabic-Indic": "٠١٢٣٤٥٦٧٨٩",
    "extended Arabic-Indic": "۰۱۲۳۴۵۶۷۸۹",
    "Tibetan": "༠༡༢༣༤༥༦༧༨༩",
    "Mongolian": "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙",
    "New Tai Lue": "᧐᧑᧒᧓᧔᧕᧖᧗᧘᧙",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "black circled": "⓿❶❷❸❹❺❻❼❽❾",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "subscript": "₀₁₂₃₄₅₆₇₈₉",
    "segmented": "🯰🯱🯲🯳🯴🯵🯶🯷🯸🯹",
    "keycaps": "".join(f"{digit}\ufe0f\u20e3" for digit in "0123456789"),
}


@pytest.mark.parametrize("digits", DIGITS.values(), ids=list(DIGITS))
def test_digits_of_every_kind_are_read_where_digits_are_meant(digits: str) -> None:
    assert typed_digits(digits) == "0123456789"
    assert typed_code(digits) == "0123456789"


@pytest.mark.parametrize("digits", DIGITS.values(), ids=list(DIGITS))
def test_digits_of_every_kind_stay_in_a_text(digits: str) -> None:
    assert plain_text(f"电话{digits}") == f"电话{digits}"


def test_chinese_digits_are_read_in_receipts() -> None:
    assert typed_digits("〇零一二三四五六七八九") == "00123456789"


def test_a_code_of_marks_is_read_without_sorting_them() -> None:
    assert typed_code("A" + "\u0301\u0316" * 500_000 + "b") == "AB"
    assert typed_digits("1" + "\u0301\u0316" * 500_000 + "2") == "12"


@few
@given(st.text())
def test_what_is_read_as_digits_is_digits(text: str) -> None:
    assert set(typed_digits(text)) <= set("0123456789")
    assert typed_digits(typed_digits(text)) == typed_digits(text)
