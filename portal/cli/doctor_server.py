"""The running server, visited as a resident would: headers, cookies, traces.

Every visit carries a mark nobody else uses; where it turns up afterwards, in a file
of the instance or in a log, visits are being written down.
"""

import gzip
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select

from portal.entrances import Code
from portal.web.installation import Installation

WINDOW = 14 * 1024  # bytes of a page, compressed: one initial TCP window
TIMEOUT = 10.0  # seconds
TAIL = 4 * 1024 * 1024  # bytes of a log that are looked at
ADDRESS = re.compile(
    rb"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}\b"
)
RESIDENT_PATH = re.compile(rb"/q/[0-9a-z]{4,}|/receipt", re.IGNORECASE)
FOREIGN = re.compile(r"""(?:src|href|action)\s*=\s*["']?(https?:)?//([^/"'\s>]+)""")


@dataclass(frozen=True)
class Visit:
    """One page as it arrived."""

    path: str
    status: int
    headers: Mapping[str, str]
    cookies: int
    body: bytes

    @property
    def text(self) -> str:
        """The page, unpacked."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


@dataclass(frozen=True)
class Server:
    """What the visits found."""

    url: str
    visits: tuple[Visit, ...] = ()
    foreign_post: int = 0
    marked: tuple[str, ...] = ()
    addresses: Mapping[str, int] = field(default_factory=dict)

    @property
    def answers(self) -> bool:
        """Whether anything listens there."""
        return bool(self.visits)


def ask(house: Installation, url: str, logs: tuple[Path, ...]) -> Server:
    """Visit every kind of resident page, then look where the visits left traces."""
    mark = f"portal-doctor-{secrets.token_hex(8)}"
    try:
        visits = tuple(_visit(url, path, mark) for path in _paths(house))
        foreign = _visit(url, "/receipt", mark, method="POST").status
    except (OSError, HTTPException):
        return Server(url)
    files = [p for p in house.settings.instance.rglob("*") if p.is_file()]
    return Server(
        url,
        visits,
        foreign,
        marked=tuple(p.name for p in (*files, *logs) if mark.encode() in _tail(p)),
        addresses={p.name: _lines_with_residents(p) for p in logs},
    )


def _paths(house: Installation) -> list[str]:
    with house.sessions() as session:
        code = session.scalars(
            select(Code.code).where(Code.withdrawn_on.is_(None)).limit(1)
        ).first()
    inside = [f"/q/{code}", f"/q/{code}/survey", f"/q/{code}/complaint"] if code else []
    return ["/", "/receipt", "/privacy", "/help", "/notices", "/disclosures", *inside]


def _visit(url: str, path: str, mark: str, *, method: str = "GET") -> Visit:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT)
    headers = {
        "User-Agent": mark,
        "Referer": f"{url}/{mark}",
        "Accept-Encoding": "gzip",
    }
    if method == "POST":
        headers |= {
            "Sec-Fetch-Site": "cross-site",
            "Origin": "https://elsewhere.example",
        }
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        cookies = len(answer.headers.get_all("Set-Cookie") or [])
        return Visit(path, answer.status, named, cookies, answer.read())
    finally:
        connection.close()


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL))
        return file.read()


def _lines_with_residents(path: Path) -> int:
    """Lines in which a network address stands beside a resident's page."""
    return sum(
        bool(ADDRESS.search(line) and RESIDENT_PATH.search(line))
        for line in _tail(path).splitlines()
    )


def no_cookie(server: Server) -> str:
    """No page sets one."""
    return _where(server, lambda visit: visit.cookies > 0, "发了 Cookie")


def no_third_party(server: Server) -> str:
    """The policy allows nothing from elsewhere, and no page asks for it."""
    host = urlsplit(server.url).netloc

    def leaks(visit: Visit) -> bool:
        policy = visit.headers.get("content-security-policy", "")
        outside = {found[1] for found in FOREIGN.findall(visit.text)} - {host}
        return "default-src 'none'" not in policy or "unsafe" in policy or bool(outside)

    return _where(server, leaks, "放行或引用了别处的内容，看看代理有没有改页面")


def nothing_is_kept_on_the_phone(server: Server) -> str:
    """Pages are not cached, and no referrer leaves the site."""

    def keeps(visit: Visit) -> bool:
        return (
            "no-store" not in visit.headers.get("cache-control", "")
            or visit.headers.get("referrer-policy") != "same-origin"
        )

    return _where(server, keeps, "少了 no-store 或 Referrer-Policy，看看代理有没有去掉")


def pages_are_small(server: Server) -> str:
    """A page arrives in the first window."""
    return _where(
        server, lambda visit: len(visit.body) > WINDOW, "超过 14 KB，请让代理放行压缩"
    )


def pages_are_whole(server: Server) -> str:
    """Every page answers; a form that is closed says so."""
    return _where(server, lambda visit: visit.status not in {200, 409}, "打不开")


def foreign_forms_are_refused(server: Server) -> str:
    """A form another site sends is not taken."""
    return "" if server.foreign_post == 403 else "收下了别的网站发来的表单"


def visits_leave_no_trace(server: Server) -> str:
    """The visits just made are written nowhere."""
    names = "、".join(sorted(set(server.marked)))
    return f"刚才的访问被写进了 {names}" if names else ""


def logs_know_no_resident(server: Server) -> str:
    """The logs that were named hold no address beside a resident's page."""
    found = [
        f"{name} 有 {count} 行" for name, count in server.addresses.items() if count
    ]
    if not found:
        return ""
    return (
        f"{'，'.join(found)}同时写着网络地址和居民页面。"
        "请在代理里不记这些路径；依法要留的网络日志另存别处"
    )


def _where(server: Server, is_faulty: Callable[[Visit], bool], fault: str) -> str:
    paths = [visit.path for visit in server.visits if is_faulty(visit)]
    return f"{'、'.join(paths)} {fault}" if paths else ""


SERVER_CHECKS: tuple[tuple[str, str, Callable[[Server], str]], ...] = (
    ("承诺1", "访问不留痕迹", visits_leave_no_trace),
    ("承诺1", "日志里没有居民", logs_know_no_resident),
    ("承诺5", "不发 Cookie", no_cookie),
    ("承诺5", "没有第三方", no_third_party),
    ("承诺5", "手机上不留页面", nothing_is_kept_on_the_phone),
    ("承诺5", "一页不超过 14 KB", pages_are_small),
    ("承诺5", "每页都打得开", pages_are_whole),
    ("承诺6", "别处来的表单不收", foreign_forms_are_refused),
)
