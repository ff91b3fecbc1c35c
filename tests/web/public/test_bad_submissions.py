"""Whatever is sent to whatever takes a form: a page, never a crash, no word lost.

Words may be missing from the page in these cases only, each of which says so there:
what was accepted; a body over the limit or of more than 600 parts; a body that is no
form; a method or an address that takes no form.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from portal.kernel.settings import Settings
from portal.rounds import Phase
from portal.web.app import create_app
from portal.web.installation import Installation
from portal.web.limits import limiter
from tests.house.walk import parts_of
from tests.makers import Cast, Clock, in_phase, make_complaint, make_vote
from tests.web.public.bad_cases import (
    ADDRESSES,
    BODIES,
    FORM,
    HEADERS,
    METHODS,
    NASTY,
    TOKENS,
    TYPED,
)
from tests.web.public.forms_found import Town, Tried, words_of, wrong_with


@pytest.fixture(scope="module")
def towns(
    prepared: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Town]]:
    """One that collects and one that votes, made once for all."""
    found = {}
    for name in ("collecting", "voting"):
        folder = tmp_path_factory.mktemp(name) / "instance"
        shutil.copytree(prepared[0], folder)
        house = Installation.at(Settings.at(folder))
        house.clock = Clock()
        receipt = make_complaint(house, prepared[1].yunxi)
        slip = ""
        if name == "voting":
            in_phase(house, prepared[1].round_id, Phase.VOTING)
            slip = make_vote(house, prepared[1])[0].secret
        house.open_letterbox(by="timetable", reason="set hour")
        town = Town(create_app(house), house, prepared[1])
        town.looks_around(receipt)
        for path, form in town.forms.items():
            if slip and "s1" in form:
                town.forms[path] = form | {n: [v] for n, v in parts_of(slip).items()}
        found[name] = town
    found["voting"].knows_from(found["collecting"])
    found["collecting"].knows_from(found["voting"])
    for town in found.values():
        town.guesses()
    yield found
    for town in found.values():
        with town.app.app_context():
            limiter.reset()
        town.house.close()


# By hand


def test_every_public_route_that_takes_a_form_is_tried(
    towns: Mapping[str, Town],
) -> None:
    town = towns["collecting"]
    here = f"/q/{town.cast.yunxi}"
    assert len(NASTY) + len(TOKENS) + len(BODIES) + len(HEADERS) + len(ADDRESSES) > 150
    wanted = {f"{here}/survey", f"{here}/complaint", f"{here}/vote", "/receipt"}
    assert wanted <= set(town.paths())
    found = towns["collecting"].open | towns["voting"].open
    assert wanted <= found
    assert {"text", "contact"} <= town.typed[f"{here}/complaint"]
    assert "more" in town.typed[f"{here}/survey"]
    assert "s1" in towns["voting"].typed[f"{here}/vote"]


@pytest.mark.parametrize("name", ["collecting", "voting"])
def test_no_value_of_any_field_crashes_or_is_lost(
    towns: Mapping[str, Town], name: str
) -> None:
    town, tried = towns[name], Tried()
    for path in town.paths():
        names = town.names(path)
        for number, field_name in enumerate(names):
            is_open = path in town.open and (number == 0 or name == "collecting")
            for what, value in list(NASTY.items())[:: 1 if is_open else 12]:
                fields = {field_name: value}
                answer = town.sends(path, data=town.fills(path, **fields))
                words = words_of(town, path, fields)
                fault = wrong_with(answer, path, words)
                tried.note(f"{path} {field_name}: {what}", fault)
    assert tried.wrong == {}
    assert tried.number > 300


@pytest.mark.parametrize("name", ["collecting", "voting"])
def test_a_form_with_a_bad_token_keeps_its_words(
    towns: Mapping[str, Town], name: str
) -> None:
    town, tried = towns[name], Tried()
    for path in town.paths():
        for what, token in TOKENS.items():
            fields = dict.fromkeys(town.names(path), "灯坏了<b>")
            sent = town.fills(path, **{**fields, "csrf_token": token})
            fault = wrong_with(
                town.sends(path, data=sent), path, words_of(town, path, fields)
            )
            tried.note(f"{path} token: {what}", fault)
    assert tried.wrong == {}
    assert tried.number >= 60


def test_whatever_is_cleaned_can_be_sent(towns: Mapping[str, Town]) -> None:
    town, tried = towns["collecting"], Tried()
    path = f"/q/{town.cast.yunxi}/complaint"
    for value in TYPED:
        sent = {"text": value, "contact": value}
        answer = town.sends(path, data=town.fills(path, **sent))
        tried.note(repr(value), wrong_with(answer, path, list(sent.values())))
    assert tried.wrong == {}
    assert tried.number > 90


@pytest.mark.parametrize("name", ["collecting", "voting"])
def test_no_body_crashes(towns: Mapping[str, Town], name: str) -> None:
    town, tried = towns[name], Tried()
    for path in town.paths():
        for what, (body, kind) in BODIES.items():
            answer = town.sends(path, data=body, content_type=kind)
            tried.note(f"{path} body: {what}", wrong_with(answer, path))
        for what, whole in {"chunked": True, "endless": False}.items():
            sent: dict[str, Any] = {
                "wsgi.input_terminated": whole,
                "HTTP_TRANSFER_ENCODING": "chunked",
                "CONTENT_LENGTH": "",
                "REMOTE_ADDR": "10.9.9.9",
            }
            answer = town.app.test_client().post(
                path, data=b"text=%E7%81%AF", content_type=FORM, environ_overrides=sent
            )
            tried.note(f"{path} body: {what}", wrong_with(answer, path))
    assert tried.wrong == {}
    assert tried.number > 200


def test_a_body_that_is_too_large_is_said_to_be_still_in_the_form(
    towns: Mapping[str, Town],
) -> None:
    town = towns["collecting"]
    here = f"/q/{town.cast.yunxi}"
    for path in (f"{here}/survey", f"{here}/complaint", "/receipt", "/receipt/add"):
        for what in ("10 MB", "601 parts", "a large part", "601 fields"):
            body, kind = BODIES[what]
            answer = town.sends(path, data=body, content_type=kind)
            assert answer.status_code == (422 if what == "601 fields" else 413)
            told = "请按返回键回到刚才那一页" in answer.get_data(as_text=True)
            assert told == (answer.status_code == 413)


@pytest.mark.parametrize("name", ["collecting", "voting"])
def test_no_method_and_no_header_crashes(towns: Mapping[str, Town], name: str) -> None:
    town, tried = towns[name], Tried()
    for path in town.paths():
        sent = town.fills(path, text="灯坏了")
        for method in METHODS:
            answer = town.sends(path, method=method, data=sent)
            tried.note(f"{method} {path}", wrong_with(answer, path))
        for what, headers in HEADERS.items():
            answer = town.sends(path, data=sent, headers=headers)
            tried.note(f"{path} header: {what}", wrong_with(answer, path))
    assert tried.wrong == {}
    assert tried.number > 100


def test_no_address_crashes(towns: Mapping[str, Town]) -> None:
    town, tried = towns["collecting"], Tried()
    for path in ADDRESSES:
        for method in ("POST", "GET"):
            answer = town.sends(path, method=method, data={"text": "灯坏了"})
            tried.note(f"{method} {path[:60]}", wrong_with(answer, path))
    assert tried.wrong == {}
    assert tried.number > 80


# Generated

LETTERS = st.text(st.characters(codec="utf-8"), max_size=60)
VALUES = st.one_of(LETTERS, st.sampled_from([*NASTY.values(), *TYPED]))
SENT = st.one_of(st.none(), VALUES, st.lists(VALUES, min_size=1, max_size=3))
DRAWN = st.fixed_dictionaries(
    {},
    optional={
        "town": st.sampled_from(["collecting", "voting"]),
        "token": st.sampled_from(list(TOKENS.values())),
        "headers": st.sampled_from(list(HEADERS.values())),
        "query": st.sampled_from(["lang=en", "big=1", "lang=%FF", "a=%00", "lang="]),
        "more": st.dictionaries(LETTERS, VALUES, max_size=3),
        "as_parts": st.just("multipart/form-data"),
    },
)


@settings(
    max_examples=2200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), drawn=DRAWN)
def test_whatever_is_generated_gets_a_page_and_keeps_its_words(
    towns: Mapping[str, Town], data: st.DataObject, drawn: dict[str, Any]
) -> None:
    town = towns[drawn.get("town", "collecting")]
    path = data.draw(st.sampled_from(town.paths()))
    names = sorted({*town.forms[path], *town.names(path)})
    fields = data.draw(st.dictionaries(st.sampled_from(names), SENT, max_size=5))
    if "token" in drawn:
        fields["csrf_token"] = drawn["token"]
    sent = town.fills(path, **{**drawn.get("more", {}), **fields})
    answer = town.sends(
        path,
        data=sent,
        headers=drawn.get("headers"),
        query_string=drawn.get("query", ""),
        content_type=drawn.get("as_parts", FORM),
    )
    words = words_of(town, path, fields) if "headers" not in drawn else []
    assert wrong_with(answer, path, words) == ""


# The twins


def answer_of(html: str, status: int = 422) -> TestResponse:
    app = Flask("twin")

    @app.route("/x")
    def _() -> tuple[str, int, dict[str, str]]:
        return html, status, {"Content-Security-Policy": "default-src 'none'"}

    return app.test_client().get("/x")


GOOD = (
    '<!doctype html><html lang="zh"><head><title>t</title>'
    '<meta name="viewport" content="x"></head><body><h1>t</h1>'
    '<textarea name="text" aria-label="t">\n灯坏了</textarea></body></html>'
)


def test_a_page_that_loses_words_or_crashes_is_found() -> None:
    assert wrong_with(answer_of(GOOD), "/x", ["灯坏了"]) == ""
    assert "lost '路坏了'" in wrong_with(answer_of(GOOD), "/x", ["路坏了"])
    assert wrong_with(answer_of(GOOD, 200), "/x", ["路坏了"]) == ""
    assert "500" in wrong_with(answer_of(GOOD, 500), "/x")
    assert "Traceback" in wrong_with(answer_of("Traceback (most", 200), "/x")
    assert "0 h1" in wrong_with(answer_of(GOOD.replace("h1", "h2")), "/x")
