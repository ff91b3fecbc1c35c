"""The reference: a Flask application with nothing but what is measured.

`/page` renders a Jinja template of 20 questions with 5 options each, padded to the
size of the portal's page; `/row` reads a form and commits one INSERT through
SQLAlchemy Core on the portal's SQLite settings (WAL, synchronous=FULL); `/keyed-row`
derives one receipt key (Argon2id, 8 MiB, 1 pass) before it does the same.
"""

from pathlib import Path

from flask import Flask, render_template, request
from jinja2 import DictLoader
from sqlalchemy import JSON, Column, Integer, MetaData, Table, insert

from portal.kernel import sealing
from portal.kernel.database import engine_for

TEMPLATE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title>
<style>{{ filler }}</style></head><body><h1>{{ title }}</h1><form method="post">
{% for question in questions %}
<fieldset id="q-{{ question.id }}">
<legend>{{ loop.index }}. {{ question.title }}</legend>
{% for option in question.options %}
<label class="o"><input type="radio" name="{{ question.id }}" value="{{ option.id }}">
<span>{{ option.label }}</span></label>
{% endfor %}
</fieldset>
{% endfor %}
<button>提交</button></form></body></html>
"""
LABELS = ("满意", "基本满意", "一般", "不满意", "不了解")
QUESTIONS = [
    {
        "id": f"question_{number}",
        "title": f"您对小区里的第 {number} 件事满意吗？",
        "options": [{"id": f"o{i}", "label": label} for i, label in enumerate(LABELS)],
    }
    for number in range(20)
]
ANSWERS = Table(
    "answers",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("form", JSON, nullable=False),
)


def create_bare(folder: Path, page_bytes: int) -> Flask:
    """The reference application; its page has `page_bytes` bytes."""
    engine = engine_for(f"sqlite:///{folder / 'bare.db'}")
    ANSWERS.metadata.create_all(engine)
    app = Flask("bare")
    app.jinja_loader = DictLoader({"page.html": TEMPLATE})

    def rendered(filler: str) -> str:
        return render_template(
            "page.html", title="问卷", questions=QUESTIONS, filler=filler
        )

    with app.test_request_context():
        filler = "." * max(0, page_bytes - len(rendered("").encode()))

    @app.get("/page")
    def page() -> str:
        return rendered(filler)

    @app.post("/row")
    def row() -> str:
        with engine.begin() as connection:
            connection.execute(insert(ANSWERS).values(form=request.form.to_dict()))
        return "ok"

    @app.post("/keyed-row")
    def keyed_row() -> str:
        sealing.receipt_key(request.form["csrf_token"], b"pepper")
        return row()

    return app
