"""Refusals become pages, whatever else is wrong with the request."""

from flask import Flask

from portal.web.app import LARGEST_BODY


def test_a_body_too_large_for_an_address_that_does_not_exist_is_told_not_a_crash(
    app: Flask,
) -> None:
    answer = app.test_client().post(
        "/q/NOSUCHQR/survey", data={"text": "长" * LARGEST_BODY}
    )
    assert answer.status_code == 404
    assert "没有这个码" in answer.get_data(as_text=True)
