"""Refusals become pages, whatever else is wrong with the request."""

import logging

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.intake.receipts import typed_receipt
from portal.web.app import LARGEST_BODY
from portal.web.installation import Installation
from tests.makers import Cast, make_complaint
from tests.visitor import Visitor


def test_a_body_too_large_for_an_address_that_does_not_exist_is_told_not_a_crash(
    app: Flask,
) -> None:
    answer = app.test_client().post(
        "/q/NOSUCHQR/survey", data={"text": "长" * LARGEST_BODY}
    )
    assert answer.status_code == 404
    assert "没有这个码" in answer.get_data(as_text=True)


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
