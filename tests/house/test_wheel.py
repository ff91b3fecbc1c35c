"""A wheel of the repo is whole: elsewhere, without the checkout, it serves styled pages."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from sysconfig import get_path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
ELSEWHERE = """
import json, sys
import portal
from portal.cli import main
from portal.web.app import create_app
main(["init"], standalone_mode=False)
client = create_app().test_client()
def got(url):
    page = client.get(url)
    policy = page.headers["Content-Security-Policy"]
    return page.status_code, page.get_data(as_text=True), policy
pages = {url: got(url) for url in ("/", "/desk/signin", "/static/desk.css")}
print(json.dumps({"file": portal.__file__, "path": sys.path, "pages": pages}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the unpacked wheel says of itself, run far from the checkout."""
    unpacked, away = (tmp_path_factory.mktemp(name) for name in ("unpacked", "away"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(unpacked), get_path("purelib"))),
        "PORTAL_INSTANCE": str(away / "instance"),
    }
    ran = subprocess.run(
        [sys.executable, "-S", "-c", ELSEWHERE],  # -S: no .pth of an editable install
        cwd=away,
        env=given,
        check=True,
        capture_output=True,
        text=True,
    )
    said = json.loads(ran.stdout.splitlines()[-1])
    assert said["file"] == str(unpacked / "portal" / "__init__.py")
    assert str(CHECKOUT) not in said["path"]
    return said["pages"]


def test_everything_but_code_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path: CHECKOUT / path
        for path in ("portal", "templates", "static")
        if (CHECKOUT / path).is_dir()
    }
    kept = {
        ("" if top == "portal" else "portal/assets/")
        + file.relative_to(CHECKOUT).as_posix()
        for top, folder in wanted.items()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert kept - packed == set()
    for one in (
        "portal/assets/templates/layout/public.html",
        "portal/assets/static/public.css",
        "portal/cli/sample/places.csv",
        "portal/questionnaires/shipped/common.json",
        "portal/checklists/shipped/common.json",
        "portal/migrations/versions/0001_the_first_schema.py",
        "portal/locale/en.po",
    ):
        assert one in packed


def test_the_wheel_holds_nothing_of_tests_or_instances(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in packed}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"portal"}
    assert not [name for name in packed if name.endswith((".db", ".pyc", ".key"))]


def test_a_resident_page_is_styled_from_the_wheel(elsewhere: Any) -> None:
    status, html, policy = elsewhere["/"]
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert status == 200
    assert f"style-src 'sha256-{digest}'" in policy
    assert style == (CHECKOUT / "static" / "public.css").read_text().strip()


def test_the_desk_is_styled_from_the_wheel(elsewhere: Any) -> None:
    status, html, _ = elsewhere["/desk/signin"]
    assert status == 200
    assert "/static/desk.css" in html
    assert elsewhere["/static/desk.css"][:2] == [
        200,
        (CHECKOUT / "static" / "desk.css").read_text(),
    ]
