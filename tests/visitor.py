"""A visitor who checks every page on the way: the house rules of design.md §3.10."""

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

VOID = {"input", "meta", "link", "br", "hr", "img", "path", "rect", "circle", "source"}
HOST = re.compile(r"https?://(?!(?:localhost|127\.0\.0\.1|www\.w3\.org)\b(?!\.))")


class Reading(HTMLParser):
    """What the rules look at."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.form: dict[str, list[str]] = {}
        self.words: list[str] = []
        self._forms_without_token = 0
        self._labelled: set[str] = set()
        self._label_depth = 0
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        given["#within_label"] = "yes" if "label" in self.open else ""
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "textarea":
            self._textarea = given.get("name")
            self.form.setdefault(given.get("name", ""), []).append("")
        if tag == "select":
            self._select = given.get("name")
        if tag == "option" and self._select and "selected" in given:
            self.form.setdefault(self._select, []).append(given.get("value", ""))
        if tag == "input" and given.get("name"):
            self._take(given)

    def _take(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in {"radio", "checkbox"} and "checked" not in given:
            return
        if kind not in {"submit", "file"}:
            self.form.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag == "textarea":
            self._textarea = None
        if tag == "select":
            self._select = None
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.form[self._textarea][-1] += data
        if not {"script", "style"} & set(self.open):
            self.words.append(data)


@dataclass
class Page:
    """One fetched page."""

    response: TestResponse
    url: str

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def reading(self) -> Reading:
        reading = Reading()
        reading.feed(self.html)
        return reading

    @property
    def words(self) -> str:
        """The visible text, white space folded."""
        return " ".join(" ".join(self.reading.words).split())

    @property
    def form(self) -> dict[str, Any]:
        """Lists of values the page's form fields hold, by name."""
        return self.reading.form

    def links(self) -> list[str]:
        return [g["href"] for t, g in self.reading.tags if t == "a" and "href" in g]


def faults_of(page: Page) -> list[str]:
    """Every house rule the page breaks."""
    reading = page.reading
    tags = reading.tags
    count = Counter(tag for tag, _ in tags)
    faults = list(reading.faults)
    if count["h1"] != 1:
        faults.append(f"{count['h1']} h1")
    if count["title"] < 1 or count["html"] != 1:
        faults.append("no title or html")
    html = next((g for t, g in tags if t == "html"), {})
    if not html.get("lang"):
        faults.append("no lang")
    ids = Counter(g["id"] for _, g in tags if "id" in g)
    faults += [f"id {name} twice" for name, n in ids.items() if n > 1]
    if not any(g.get("name") == "viewport" for t, g in tags if t == "meta"):
        faults.append("no viewport")
    faults += _inline(tags) + _labels(tags) + _forms(page.html) + _headers(page)
    loaded = [g.get(name, "") for _, g in tags for name in ("src", "href", "action")]
    if HOST.search(page.html) or any(url.startswith("//") for url in loaded):
        faults.append("another host on the page")
    return faults


def _inline(tags: list[tuple[str, dict[str, str]]]) -> list[str]:
    found = [
        f"{name} on {tag}"
        for tag, given in tags
        for name in given
        if name == "style" or name.startswith("on")
    ]
    found += ["img without alt" for t, g in tags if t == "img" and "alt" not in g]
    return found


def _labels(tags: list[tuple[str, dict[str, str]]]) -> list[str]:
    labelled = {g["for"] for t, g in tags if t == "label" and "for" in g}
    fields = [
        g
        for t, g in tags
        if t in {"input", "select", "textarea"}
        and g.get("type") not in {"hidden", "submit"}
    ]
    return [
        f"no label for {g.get('name')}"
        for g in fields
        if g.get("id") not in labelled
        and not g["#within_label"]
        and "aria-label" not in g
        and "aria-labelledby" not in g
    ]


def _forms(html: str) -> list[str]:
    forms = re.findall(r"<form\b.*?</form>", html, re.DOTALL)
    return [
        "POST form without token"
        for form in forms
        if re.search(r"method=[\"']?post", form[:300], re.IGNORECASE)
        and "csrf_token" not in form
    ]


def _headers(page: Page) -> list[str]:
    policy = page.response.headers.get("Content-Security-Policy", "")
    faults = [] if "default-src 'none'" in policy else ["no CSP"]
    if "unsafe" in policy:
        faults.append("unsafe CSP")
    if not page.url.startswith("/desk") and "Set-Cookie" in page.response.headers:
        faults.append("a cookie for a resident")
    return faults


class Visitor:
    """A browser that opens pages, fills forms in, and checks what it is shown."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def opens(self, url: str, *, status: int = 200) -> Page:
        """GET; the page must have the status and keep the house rules."""
        return self._checked(self.client.get(url), url, status)

    def sends(
        self, url: str, *, at: str = "", status: int = 200, **fields: Any
    ) -> Page:
        """Open the form at `url` (or `at`), fill `fields` in over what it holds, POST.

        A redirect is followed; `status` is that of the last page.
        """
        form = {
            name: values
            for name, values in self.opens(at or url).form.items()
            if name != ""
        }
        return self.posts(url, status=status, **{**form, **fields})

    def posts(self, url: str, *, status: int = 200, **fields: Any) -> Page:
        """POST exactly these fields."""
        response = self.client.post(
            url,
            data=fields,
            headers={"Origin": "http://localhost"},
            follow_redirects=True,
        )
        return self._checked(response, response.request.path, status)

    def _checked(self, response: TestResponse, url: str, status: int) -> Page:
        page = Page(response, url)
        assert response.status_code == status, (url, response.status, page.words[:400])
        if response.mimetype == "text/html":
            assert faults_of(page) == [], (url, faults_of(page))
        return page
