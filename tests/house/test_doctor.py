"""`portal doctor`: every check passes on a sound installation and sees its break."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from portal.cli import main
from portal.web.installation import Installation
from tests.browser.town import Server
from tests.makers import Cast, make_complaint

Doctor = Callable[..., list[str]]


@pytest.fixture
def doctor(house: Installation, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Examine the house; gives the lines, and checks that a fault exits with 1."""
    monkeypatch.setenv("PORTAL_INSTANCE", str(house.settings.instance))

    def examine(*words: object) -> list[str]:
        result = CliRunner().invoke(main, ["doctor", *(str(word) for word in words)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        lines = result.output.splitlines()
        assert result.exit_code == int(any(x.startswith("不合格") for x in lines))
        return lines

    return examine


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    server = Server()
    server.app = app
    yield server
    server.stop()


def opened_letter(house: Installation, cast: Cast) -> None:
    make_complaint(house, cast.yunxi, text="路灯坏了。")
    assert house.open_letterbox(by="office1", reason="test") == 1


def wrong(lines: list[str]) -> list[str]:
    return [line.partition("  ")[2] for line in lines if not line.startswith("合格  ")]


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statement)


def test_a_sound_installation_passes_every_check(
    doctor: Doctor, server: Server, house: Installation, cast: Cast
) -> None:
    opened_letter(house, cast)
    lines = doctor("--url", server.base_url)
    assert wrong(lines) == []
    assert len(lines) == 18


def test_a_server_that_does_not_answer_is_said_not_guessed(doctor: Doctor) -> None:
    lines = doctor("--url", "http://127.0.0.1:9")
    assert sum(line.startswith("未查  ") for line in lines) == 8
    assert sum(line.startswith("合格  ") for line in lines) == 10


def test_a_column_somebody_added_is_found(
    doctor: Doctor, house: Installation, cast: Cast
) -> None:
    opened_letter(house, cast)
    change(
        house.settings.instance / "portal.db", "ALTER TABLE letter ADD COLUMN ip TEXT"
    )
    change(house.settings.letterbox, "ALTER TABLE spent ADD COLUMN at TEXT")
    assert wrong(doctor("--url", "http://127.0.0.1:9"))[0] == (
        "承诺1 表里没有多出来的列：库里多出了没有公示的列 "
        "letter.ip、letterbox.db:spent.at，请删掉"
    )


def test_a_time_in_a_days_place_is_found(
    doctor: Doctor, house: Installation, cast: Cast
) -> None:
    opened_letter(house, cast)
    change(
        house.settings.instance / "portal.db",
        "UPDATE letter SET opened_on = '2026-09-14 08:01:07'",
    )
    lines = doctor("--url", "http://127.0.0.1:9")
    assert "不合格  承诺1 日期只到天：1 封信的日期带着钟点" in lines


def test_a_table_with_row_ids_is_found(doctor: Doctor, house: Installation) -> None:
    change(
        house.settings.instance / "portal.db",
        "CREATE TABLE keep AS SELECT * FROM contact; DROP TABLE contact;"
        "ALTER TABLE keep RENAME TO contact;",
    )
    lines = doctor("--url", "http://127.0.0.1:9")
    assert "不合格  承诺2 表里看不出先后：contact 有行号，看得出先后" in lines


def test_the_key_of_an_emptied_opening_is_found(
    doctor: Doctor, house: Installation, cast: Cast
) -> None:
    opened_letter(house, cast)
    house.keystore.put("letterbox/1", bytes(32))
    lines = doctor("--url", "http://127.0.0.1:9")
    fault = "开过箱的钥匙还有 1 把没有销毁，请再开一次箱"
    assert f"不合格  承诺2 开过的箱清干净了：{fault}" in lines


def test_an_unsealed_text_is_found(
    doctor: Doctor, house: Installation, cast: Cast
) -> None:
    opened_letter(house, cast)
    change(
        house.settings.instance / "portal.db",
        "UPDATE letter SET sealed = CAST('路灯坏了。' AS BLOB)",
    )
    lines = doctor("--url", "http://127.0.0.1:9")
    assert "不合格  承诺3 居民写的话都封着：1 处居民写的话没有封" in lines


def test_a_key_in_the_hands_of_a_stranger_is_found(
    doctor: Doctor, house: Installation, cast: Cast
) -> None:
    name = house.keystore.names("rounds")[0].rpartition("/")[0]
    house.keystore.put(f"{name}/999", b"wrap")
    lines = doctor("--url", "http://127.0.0.1:9")
    place = name.partition("/")[2]
    fault = f"{place} 的钥匙还在不该有的人手里"
    assert f"不合格  承诺12 钥匙只在该看的人手里：{fault}" in lines


def test_a_proxy_that_sets_a_cookie_and_drops_headers_is_found(
    doctor: Doctor, server: Server, app: Flask
) -> None:
    def proxied(environ: Any, start: Any) -> Any:
        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [h for h in headers if h[0] not in {"Cache-Control", "Vary"}]
            return start(status, [*kept, ("Set-Cookie", "route=3")], *rest)

        return app(environ, begin)

    server.app = proxied
    faults = wrong(doctor("--url", server.base_url))
    assert [fault.partition("：")[0] for fault in faults] == [
        "承诺5 不发 Cookie",
        "承诺5 手机上不留页面",
    ]


def test_a_page_with_a_foreign_picture_is_found(
    doctor: Doctor, server: Server, app: Flask
) -> None:
    def proxied(environ: Any, start: Any) -> Any:
        environ.pop("HTTP_ACCEPT_ENCODING", None)

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(
                status, [h for h in headers if h[0] != "Content-Length"], *rest
            )

        page = b"".join(app(environ, begin))
        return [page.replace(b"</main>", b'<img src="//count.example/x"></main>')]

    server.app = proxied
    faults = wrong(doctor("--url", server.base_url))
    assert any(fault.startswith("承诺5 没有第三方：/、") for fault in faults)


def test_a_visit_that_is_written_down_is_found(
    doctor: Doctor, server: Server, app: Flask, house: Installation
) -> None:
    def logged(environ: Any, start: Any) -> Any:
        with (house.settings.instance / "access.log").open("a") as log:
            log.write(f"{environ['REMOTE_ADDR']} {environ['HTTP_USER_AGENT']}\n")
        return app(environ, start)

    server.app = logged
    faults = wrong(doctor("--url", server.base_url))
    assert faults == ["承诺1 访问不留痕迹：刚才的访问被写进了 access.log"]


def test_a_log_with_addresses_beside_pages_of_residents_is_found(
    doctor: Doctor, server: Server, tmp_path: Path
) -> None:
    log = tmp_path / "proxy.log"
    log.write_text(
        '203.0.113.7 - - "GET /q/AB12CD34/complaint HTTP/1.1" 200\n'
        '203.0.113.7 - - "GET /desk/ HTTP/1.1" 200\n'
    )
    faults = wrong(doctor("--url", server.base_url, "--log", log))
    assert len(faults) == 1
    assert faults[0].startswith("承诺1 日志里没有居民：proxy.log 有 1 行")


def test_a_server_that_takes_foreign_forms_is_found(
    doctor: Doctor, server: Server, app: Flask
) -> None:
    def trusting(environ: Any, start: Any) -> Any:
        for name in ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE"):
            environ.pop(name, None)
        return app(environ, start)

    server.app = trusting
    faults = wrong(doctor("--url", server.base_url))
    assert faults == ["承诺6 别处来的表单不收：收下了别的网站发来的表单"]
