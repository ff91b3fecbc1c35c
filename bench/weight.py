"""Table d: bytes and requests of every resident page, counted by Chromium."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, sync_playwright

from bench.serving import served
from bench.tables import Table
from portal.cli.demo import build
from portal.rounds import Phase
from tests.browser.chromium import chromium

LARGEST_PAGE = 14 * 1024  # bytes: one TCP initial window (design promise 5)
MOST_REQUESTS = 2
PORT = 8781
PHONE = {"width": 360, "height": 800}
COLUMNS = ("page", "phase", "bytes", "requests", "hosts", "goal")
EVERYWHERE = ("/", "/receipt", "/privacy", "/help", "/notices", "/disclosures")
IN_PHASE = {
    Phase.COLLECTING: ("/q/{code}", "/q/{code}/survey", "/q/{code}/complaint"),
    Phase.VOTING: ("/q/{code}", "/q/{code}/vote"),
    Phase.PUBLISHED: ("/q/{code}", "/results"),
}
LISTS = ("/notices", "/disclosures", "/results")  # the first link of each is a page


@dataclass
class Weight:
    """What one page cost to fetch."""

    path: str
    phase: str
    sizes: list[float] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @property
    def is_light(self) -> bool:
        """Whether it keeps design promise 5, and comes from one host."""
        return (
            sum(self.sizes) <= LARGEST_PAGE
            and len(self.sizes) <= MOST_REQUESTS
            and len(self.hosts) <= 1
        )


def weight_table(weights: Sequence[Weight]) -> Table:
    """Every page with its goal."""
    goal = f"<= {LARGEST_PAGE} bytes, {MOST_REQUESTS} requests"
    rows = [
        (
            one.path,
            one.phase,
            f"{sum(one.sizes):.0f}",
            str(len(one.sizes)),
            " ".join(sorted(one.hosts)),
            f"{goal}: {'holds' if one.is_light else 'FAILS'}",
        )
        for one in weights
    ]
    return Table("Resident pages in Chromium, 360x800", COLUMNS, rows)


def weigh(folder: Path) -> Table | str:
    """Every resident page of three demos; a sentence where there is no browser."""
    with sync_playwright() as driver:
        try:
            browser = chromium(driver)
        except Error:
            return "\nPages not weighed: no Chromium here.\n"
        weights = [
            weight
            for number, phase in enumerate(IN_PHASE)
            for weight in _demo(browser, folder, phase, PORT + number)
        ]
        browser.close()
    return weight_table(weights)


def _demo(browser: Browser, folder: Path, phase: Phase, port: int) -> Iterator[Weight]:
    home = folder / phase.value
    build(home, f"http://127.0.0.1:{port}", phase).close()
    told = json.loads((home / "demo.json").read_text("utf-8"))
    code = told["entrances"][0]["code"]
    paths = [path.format(code=code) for path in IN_PHASE[phase]]
    with served("waitress", "portal", home, port):
        for path in (*EVERYWHERE, *paths):
            fetched, inner = _fetch(browser, port, path, phase)
            yield fetched
            for deeper in inner:
                yield _fetch(browser, port, deeper, phase)[0]


def _fetch(
    browser: Browser, port: int, path: str, phase: Phase
) -> tuple[Weight, list[str]]:
    """The page in a fresh browser profile; and the first page it lists."""
    weight = Weight(path, phase.value)
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # a dict
    page = context.new_page()
    wire = context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        address = urlsplit(event["request"]["url"])
        if address.netloc:
            weight.hosts.add(address.hostname or "")

    def loaded(event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:
            weight.sizes.append(event["encodedDataLength"])

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", loaded)
    wire.send("Network.enable")
    answer = page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
    if answer is None or answer.status != 200:
        message = f"{path} answered {answer and answer.status}"
        raise RuntimeError(message)
    links = page.locator("main a").evaluate_all("all => all.map(a => a.pathname)")
    context.close()
    inner = [link for link in links if path in LISTS and link.startswith(f"{path}/")]
    return weight, [link for link in inner if "." not in link][:1]
