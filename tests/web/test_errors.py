"""Refusals become pages, whatever else is wrong with the request."""

import logging

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.intake.receipts import typed_receipt
from portal.rounds import Phase
from portal.web.app import LARGEST_BODY
from portal.web.installation import Installation
from tests.makers import Cast, in_phase, make_complaint
from tests.visitor import Visitor


@pytest.mark.parametrize("page", ["survey", "vote"])
def test_a_body_too_large_is_told_before_any_other_refusal(
    app: Flask, cast: Cast, page: str
) -> None:
    body = {"text": "长" * LARGEST_BODY}
    for code in ("NOSUCHQR", cast.yunxi):
        answer = app.test_client().post(f"/q/{code}/{page}", data=body)
        assert answer.status_code == 413
        assert "一次发的内容太大，没有收下" in answer.get_data(as_text=True)


def test_a_shut_door_leads_back_to_the_community(visitor: Visitor, cast: Cast) -> None:
    here = f"/q/{cast.yunxi}"
    page = visitor.opens(f"{here}/vote?big=1", status=409)
    assert "现在做不了" in page.words
    assert f"{here}?big=1" in page.links()
    for path in ("/q/NOSUCHQR/vote", "/nothing"):
        assert "/" in visitor.opens(path, status=404).links()


def test_what_came_too_late_is_not_urged_to_be_sent_again(
    visitor: Visitor, house: Installation, cast: Cast
) -> None:
    """It may be, and every word can be copied; but nothing is red."""
    form = {**visitor.opens(f"/q/{cast.yunxi}/complaint").form, "text": ["路灯坏了"]}
    in_phase(house, cast.round_id, Phase.DISCLOSING)
    page = visitor.posts(f"/q/{cast.yunxi}/complaint", status=409, **form)
    buttons = [g["class"] for t, g in page.reading.tags if t == "button"]
    assert buttons == ["btn"]
    assert page.form["text"] == ["\n路灯坏了"]


def test_a_commit_that_fails_is_told_without_path_moment_or_values(
    visitor: Visitor,
    house: Installation,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    receipt = typed_receipt(make_complaint(house, cast.yunxi))
    token = visitor.opens("/receipt").form["csrf_token"][0]

    def full(_: Session) -> None:
        raise OSError(receipt)

    monkeypatch.setattr(Session, "commit", full)
    sent = {"receipt": receipt, "step": "confirmed", "csrf_token": token}
    with caplog.at_level(logging.DEBUG):
        assert visitor.client.post("/receipt/withdraw", data=sent).status_code == 500
    told = capsys.readouterr().err + caplog.text
    assert "fault OSError" in told
    assert [bad for bad in ("/receipt", receipt, "Traceback") if bad in told] == []
