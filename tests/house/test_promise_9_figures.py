"""Promise 9: no percentage without what it takes to judge it."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from flask import Flask

from tests.house.walk import Walk

CARDS = "macros/figures.html"  # the one template that may write a percentage
PERCENT = re.compile(r"\d\s*[%％]|[}\]]\s*[%％]|[%％]\s*\{\{|百分之|percent")
MADE = re.compile(r"\.(?:rate|mean|bounds)_text|\.percent\b|\.mean\b(?! is)")
SHOWN = re.compile(r"\d\s*[%％]|百分之[\d一二三四五六七八九十]|\d(?:\.\d+)?\s*percent")
BASIS = re.compile(r"收回 \d+ 份")
ISSUED = re.compile(r"发出 \d+ 份（\d+\.\d%） · 共 \d+ 户|发出 \d+ 份（\d+\.\d%）")
DRAWN = re.compile(r"责任单位说改好的 \d+ 个里抽了 \d+ 个，看了 \d+ 个")
INTERVAL = re.compile(r"有 95% 的把握在 \d+\.\d%–\d+\.\d% 之间")
BOUNDS = re.compile(r"最坏 \d+\.\d 最好 \d+\.\d|最坏到最好 \d+\.\d–\d+\.\d 分")


# Templates


def writers(sources: Mapping[str, str]) -> list[str]:
    """Templates that write a percentage, or take one off a card, by themselves."""
    return [
        name
        for name, source in sources.items()
        if name != CARDS and (PERCENT.search(bare(source)) or MADE.search(source))
    ]


def bare(source: str) -> str:
    """The template without its comments and tags, whose signs are no percentages."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", source, flags=re.DOTALL)


def sources_of(app: Flask) -> dict[str, str]:
    loader = app.jinja_env.loader
    assert loader is not None
    names = app.jinja_env.list_templates()
    return {name: loader.get_source(app.jinja_env, name)[0] for name in names}


def test_no_template_but_the_cards_writes_a_percentage(app: Flask) -> None:
    sources = sources_of(app)
    assert CARDS in sources
    assert writers(sources) == []


@pytest.mark.parametrize(
    "leak",
    [
        "<p>满意度 98.6%</p>",
        "<p>满意度 {{ share }}%</p>",
        "<p>满意度 {{ share }} ％</p>",
        "<p>{{ card.mean_text }}</p>",
        "<p>{{ card.rate_text }}</p>",
        "<p>{% for one in card.shares %}{{ one.percent }}{% endfor %}</p>",
        "<p>{{ card.mean | round(1) }}</p>",
        "<p>满意的占百分之九十八</p>",
        '<p>{{ "%.1f percent" | format(share) }}</p>',
    ],
)
def test_leaking_twin_a_template_with_a_number_of_its_own_is_found(
    app: Flask, leak: str
) -> None:
    assert writers({**sources_of(app), "public/twin.html": leak}) == [
        "public/twin.html"
    ]


# Pages


class Sections(HTMLParser):
    """The text of a page in pieces: each figure's section, and all the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: list[list[str]] = []
        self.rest: list[str] = []
        self._within = False
        self._skips = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "section" and {"fig", "dist"} & set(classes):
            self._within = True
            self.figures.append([])
        self._skips = tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._skips = False
        if tag == "section":
            self._within = False

    def handle_data(self, data: str) -> None:
        if not self._skips:
            (self.figures[-1] if self._within else self.rest).append(data)

    def cards(self) -> list[str]:
        """The words of each figure that shows a percentage, white space folded."""
        words = [" ".join(" ".join(part).split()) for part in self.figures]
        return [text for text in words if SHOWN.search(text)]


def read(html: str) -> Sections:
    reading = Sections()
    reading.feed(html)
    return reading


def loose(html: str) -> list[str]:
    """Percentages outside a card, and cards of a percentage that lack a part."""
    reading = read(html)
    outside = [text for text in reading.rest if SHOWN.search(text)]
    return outside + [
        words
        for words in reading.cards()
        if not all(part.search(words) for part in needed(words))
    ]


def needed(words: str) -> list[re.Pattern[str]]:
    """What a card must say beside its percentage."""
    if "随机抽查" in words:
        return [DRAWN, INTERVAL, re.compile("随机抽查：")]
    slips = [ISSUED, BOUNDS] if re.search("入户票|干部测评", words) else []
    return [BASIS, re.compile("入户票|干部测评|开放评价|问卷"), *slips]


def test_every_percentage_a_resident_meets_stands_in_a_whole_card(
    walked: Walk,
) -> None:
    shown = {name: page.html for name, page in walked.pages.items()}
    assert {name: loose(html) for name, html in shown.items()} == {
        name: [] for name in shown
    }
    cards = {name: len(read(html).cards()) for name, html in shown.items()}
    assert {name: n for name, n in cards.items() if n} == {
        "/results/how": 1,
        "disclosures with entries": 1,
        "results of a round": 4,
        "results of a place": 8,
        "notice of a round": 1,
        "notice of a place": 1,
        "results of a round by cadres": 4,
        "results of a place by cadres": 7,
        "notice of a round by cadres": 1,
        "notice of a place by cadres": 1,
        "disclosures and what voters say": 1,
        "results of a rated place": 6,
    }


VOTED, VISITED = "results of a place", "disclosures with entries"


@pytest.mark.parametrize(
    ("page", "part"),
    [
        *((VOTED, part) for part in ("收回", "发出", "最坏", "入户票", "</section>")),
        *((VISITED, part) for part in ("看了", "的把握", "随机抽查：", "</section>")),
    ],
    ids=str,
)
def test_leaking_twin_a_card_without_one_of_its_parts_is_found(
    walked: Walk, page: str, part: str
) -> None:
    """Taken out of the page, or the number moved out of its card."""
    whole = walked.pages[page].html
    assert part in whole
    twin = whole.replace(part, f"{part}<p>100.0%</p>" if "<" in part else "")
    assert loose(twin) != []
