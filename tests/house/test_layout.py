"""The house: what lies where, what is called how, and that it says so everywhere."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
import pytest
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from flask import Flask
from jinja2 import Environment, nodes
from sqlalchemy import (
    Column,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    inspect,
)
from sqlalchemy import text as sql

from portal.cli import main
from portal.cli.running import migrate
from portal.intake.records import RESIDENT_TABLES
from portal.kernel.database import Base
from portal.web.desk.nav import ENTRIES
from tests.services import postgres_schema

HERE = Path(__file__).parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]{2}")

# What residents can reach. A route that is added belongs here, into the walk of
# tests/house/walk.py where it can be opened, into SHEETS of test_promise_6_typed.py
# where something is typed into it, and, if it shows a letter, under a receipt.
ROUTES = """
GET /
GET /Q/<code>
GET /Q/<code>/complaint
POST /Q/<code>/complaint
GET /Q/<code>/survey
POST /Q/<code>/survey
GET /Q/<code>/vote
POST /Q/<code>/vote
GET /away
GET /disclosures
GET /disclosures/<int:round_id>/<place_code>
GET /healthz
GET /help
GET /notices
GET /notices/<int:round_id>
GET /privacy
GET /q/<code>
GET /q/<code>/complaint
POST /q/<code>/complaint
GET /q/<code>/survey
POST /q/<code>/survey
GET /q/<code>/vote
POST /q/<code>/vote
GET /receipt
POST /receipt
POST /receipt/add
POST /receipt/check
POST /receipt/outcome
POST /receipt/picture
POST /receipt/pictures
POST /receipt/withdraw
GET /results
GET /results/<int:round_id>
GET /results/<int:round_id>/<place_code>
GET /results/<int:round_id>/<place_code>/notice
GET /results/<int:round_id>/all.zip
GET /results/<int:round_id>/cadres
GET /results/<int:round_id>/cadres/<place_code>
GET /results/<int:round_id>/cadres/<place_code>/notice
GET /results/<int:round_id>/cadres/all.zip
GET /results/<int:round_id>/cadres/files/<path:path>
GET /results/<int:round_id>/cadres/notice
GET /results/<int:round_id>/files/<path:path>
GET /results/<int:round_id>/notice
GET /results/how
GET /results/observers
GET /results/verify.py
GET /static/<path:filename>
GET /vote/<code>/<place_code>
POST /vote/<code>/<place_code>
"""


def routes_of(app: Flask) -> set[str]:
    """Method and path of everything outside the desk."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/desk")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_residents_reach_these_pages_and_no_others(app: Flask) -> None:
    known, found = set(ROUTES.split("\n")) - {""}, routes_of(app)
    assert found - known == set(), "new: see the comment above ROUTES in this file"
    assert known - found == set(), "gone: printed codes and slips may still lead there"


def test_every_view_of_the_desk_lies_under_desk(app: Flask) -> None:
    rules = app.url_map.iter_rules()
    assert [r.rule for r in rules if r.endpoint.startswith("desk.")] == [
        r.rule for r in app.url_map.iter_rules() if r.rule.startswith("/desk")
    ]


# Templates


def templates(app: Flask) -> dict[str, str]:
    loader = app.jinja_env.loader
    assert loader is not None
    names = app.jinja_env.list_templates()
    return {name: loader.get_source(app.jinja_env, name)[0] for name in names}


def endpoints_in(env: Environment, source: str) -> set[str]:
    """Endpoints a template builds addresses of, so far as they stand in it."""
    calls = env.parse(source).find_all(nodes.Call)
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.node, nodes.Name)
        and call.node.name in {"url_for", "page_url"}
        and call.args
        and isinstance(call.args[0], nodes.Const)
    }


def dead_links(app: Flask, sources: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {endpoint}"
        for name, source in sources.items()
        for endpoint in sorted(endpoints_in(app.jinja_env, source))
        if endpoint not in app.view_functions
    ]


def test_every_template_compiles(app: Flask) -> None:
    found = templates(app)
    assert len(found) > 70
    for source in found.values():
        app.jinja_env.compile(source)


def test_every_address_in_a_template_leads_somewhere(app: Flask) -> None:
    found = templates(app)
    assert dead_links(app, found) == []
    links = [endpoints_in(app.jinja_env, source) for source in found.values()]
    assert len(set().union(*links)) > 60


def test_an_address_that_leads_nowhere_is_found(app: Flask) -> None:
    twin = "{% for x in y %}{{ url_for('public.nowhere.page', code=x) }}{% endfor %}"
    assert dead_links(app, {"twin": twin}) == ["twin: public.nowhere.page"]


ADDRESS = re.compile(
    r"""\b(?:page_url|url_for|go_on)\(\s*"([\w.]+)"|Entry\(.*"(desk\.[\w.]+)\""""
)


def test_every_address_in_a_view_leads_somewhere(app: Flask) -> None:
    found = {
        a or b: file.name
        for file in (HERE / "portal" / "web").rglob("*.py")
        for a, b in ADDRESS.findall(file.read_text("utf-8"))
    }
    assert {
        name: at for name, at in found.items() if name not in app.view_functions
    } == {}
    assert {entry.endpoint for entry in ENTRIES} <= set(found)
    assert len(found) > 30


def test_every_page_a_view_renders_exists_and_every_page_is_rendered(
    app: Flask,
) -> None:
    asked = re.compile(r"""["']((?:public|desk)/[\w/]+\.html)["']""")
    programs = [p.read_text("utf-8") for p in (HERE / "portal" / "web").rglob("*.py")]
    found = templates(app)
    wanted = {name for source in programs for name in asked.findall(source)}
    included = {name for source in found.values() for name in asked.findall(source)}
    both = {"public/error.html", "desk/error.html"}  # "{audience}/error.html"
    pages = {name for name in found if name.startswith(("public/", "desk/"))}
    assert wanted - pages == set(), "these are rendered and not there"
    assert pages - wanted - included - both == set(), "nobody renders these"


RULES: Mapping[str, str] = {
    "marks something safe": r"\|\s*safe\b|\bMarkup\b|autoescape",
    "a style the policy refuses": r"\sstyle\s*=",
    "a handler the policy refuses": r"<[^>{%]*\son[a-z]+\s*=",
    "a script, picture or style from elsewhere": r"(?:src|href|action)=[\"']?(?:https?:)?//",
    "a script of its own": r"<script(?![^>]*src=)[^>]*>(?!{% block script %})",
    "a tag HTML has no more": r"<(?:font|center|marquee|blink)\b",
}


def breaches(sources: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {rule}"
        for name, source in sources.items()
        for rule, pattern in RULES.items()
        if re.search(pattern, re.sub(r"{#.*?#}", "", source, flags=re.DOTALL))
    ]


def test_no_template_does_what_the_policy_or_the_house_forbids(app: Flask) -> None:
    assert breaches(templates(app)) == []


@pytest.mark.parametrize(
    "twin",
    [
        "{{ text | safe }}",
        "{{ text|trim|safe }}",
        "{% autoescape false %}{{ text }}{% endautoescape %}",
        '<p style="color:red">',
        "<p style = red>",
        '<button class="go" onclick="send()">',
        '<script src="https://cdn.example/a.js"></script>',
        "<script src=//cdn.example/a.js></script>",
        "<img src='http://cdn.example/a.png'>",
        "<script>send()</script>",
        "<font size=7>",
    ],
)
def test_a_template_that_does_is_found(twin: str) -> None:
    assert len(breaches({"twin": twin})) == 1


# Modules

STAGELESS = ("portal.web", "portal.cli", "portal.migrations")
LOADS = """
import importlib, json, sys
banned = {"flask", "werkzeug", "wtforms", "flask_wtf", "flask_limiter", "jinja2"}
guilty = {}
for name in sys.argv[1:]:
    importlib.import_module(name)
    loaded = {m.partition(".")[0] for m in sys.modules} & banned
    if loaded:
        guilty[name] = sorted(loaded)
        break  # what is loaded stays loaded: only the first one can be named
print(json.dumps(guilty))
"""


def modules() -> list[str]:
    """Every module of a stage or of the kernel."""
    files = sorted((HERE / "portal").rglob("*.py"))
    names = [".".join(f.relative_to(HERE).with_suffix("").parts) for f in files]
    found = [name.removesuffix(".__init__") for name in names]
    return [name for name in found if not name.startswith(STAGELESS)]


def web_pieces_loaded_by(names: Iterable[str]) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", LOADS, *names],
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
    )
    return ran.stdout.splitlines()[-1]


def test_no_stage_loads_flask_werkzeug_wtforms_or_jinja() -> None:
    found = modules()
    assert {"portal.vote", "portal.intake.receive", "portal.retention"} <= set(found)
    assert len(found) > 90
    assert web_pieces_loaded_by(found) == "{}"


def test_a_module_that_loads_flask_is_named() -> None:
    found = web_pieces_loaded_by(["portal.vote", "portal.web.request"])
    assert found.startswith('{"portal.web.request": ["flask"')


def statements(path: str) -> list[ast.stmt]:
    """What a module does beside saying what it is."""
    body = ast.parse((HERE / path).read_text("utf-8")).body
    return [
        s
        for s in body
        if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]


def test_importing_the_package_does_nothing() -> None:
    assert statements("portal/__init__.py") == []


def test_the_entry_of_a_server_is_two_lines() -> None:
    assert len(statements("wsgi.py")) == 2
    assert len((HERE / "wsgi.py").read_text("utf-8").splitlines()) <= 6


def test_every_module_says_in_one_line_what_it_is() -> None:
    files = [p for p in (HERE / "portal").rglob("*.py") if "versions" not in p.parts]
    docs = {p: ast.get_docstring(ast.parse(p.read_text("utf-8"))) for p in files}
    assert [p.name for p, doc in docs.items() if not doc] == []


# Tables


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'migrated.db'}"


def _postgres(_: Path) -> AbstractContextManager[str]:
    return postgres_schema()


Database = Callable[[Path], AbstractContextManager[str]]
BOTH = [
    pytest.param(_sqlite, id="sqlite"),
    pytest.param(_postgres, id="postgresql", marks=pytest.mark.services),
]


@contextmanager
def migrated(database: Database, folder: Path) -> Iterator[str]:
    with database(folder) as url:
        migrate(url)
        yield url


def differences(url: str, metadata: MetaData) -> list[str]:
    """What a new migration would have to do."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True}
            )
            return [str(one) for one in compare_metadata(context, metadata)]
    finally:
        engine.dispose()


@pytest.mark.parametrize("database", BOTH)
def test_the_migrations_make_what_the_models_say(
    database: Database, tmp_path: Path
) -> None:
    with migrated(database, tmp_path) as url:
        assert differences(url, Base.metadata) == [], (
            "models and portal/migrations/versions differ: fill in a migration"
        )


def test_a_model_without_its_migration_is_found(tmp_path: Path) -> None:
    twin = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(twin)
    twin.tables["letter"].append_column(Column("phone", String))
    Table("visit", twin, Column("id", Integer, primary_key=True))
    with migrated(_sqlite, tmp_path) as url:
        found = differences(url, twin)
    assert len(found) == 2
    assert "phone" in "".join(found)
    assert "visit" in "".join(found)


@pytest.mark.parametrize("database", BOTH)
def test_the_migrations_can_be_taken_back_and_made_again(
    database: Database, tmp_path: Path
) -> None:
    with migrated(database, tmp_path) as url:
        config = Config()
        config.set_main_option("script_location", "portal:migrations")
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        alembic.downgrade(config, "base")
        engine = create_engine(url)
        left = set(inspect(engine).get_table_names()) - {"alembic_version"}
        engine.dispose()
        assert left == set()
        migrate(url)
        assert differences(url, Base.metadata) == []


@pytest.mark.services
def test_enumerations_know_the_same_values_in_postgresql(tmp_path: Path) -> None:
    """Autogenerate does not compare them."""
    with migrated(_postgres, tmp_path) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(
                sql(
                    "SELECT t.typname, e.enumlabel FROM pg_enum e"
                    " JOIN pg_type t ON t.oid = e.enumtypid"
                    " WHERE t.typnamespace = current_schema()::regnamespace"
                )
            ).all()
        engine.dispose()
    kept = {(name, label) for name, label in rows}
    columns = [c for t in Base.metadata.tables.values() for c in t.columns]
    kinds = [c.type for c in columns if isinstance(c.type, Enum)]
    assert kept == {(kind.name, label) for kind in kinds for label in kind.enums}


def test_tables_without_row_ids_are_still_without_after_every_migration(
    tmp_path: Path,
) -> None:
    """A table altered by copying would get row ids, which count arrivals."""
    with migrated(_sqlite, tmp_path) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(sql("SELECT name, sql FROM sqlite_master")).all()
        engine.dispose()
    bare = {name for name, made in rows if "WITHOUT ROWID" in (made or "").upper()}
    wanted = {
        table.name
        for table in Base.metadata.tables.values()
        if table.dialect_options["sqlite"]["with_rowid"] is False
    }
    assert wanted <= bare
    assert {kind.__tablename__ for kind in RESIDENT_TABLES} <= bare


def undocumented(tables: Iterable[Table]) -> list[str]:
    """Columns without a sentence for the privacy page."""
    return [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if not CHINESE.search(column.doc or "")
    ]


def test_every_column_of_what_residents_sent_says_what_it_holds() -> None:
    tables = [kind.__table__ for kind in RESIDENT_TABLES]
    assert undocumented(t for t in tables if isinstance(t, Table)) == [], (
        "give the column a doc= in Chinese: 「我们记录了什么」 shows it"
    )
    assert len(tables) >= 5


def test_a_column_without_a_sentence_is_found() -> None:
    twin = Table(
        "twin", MetaData(), Column("id", String, doc="id"), Column("n", String)
    )
    assert undocumented([twin]) == ["twin.id", "twin.n"]


NOT_FROM_RESIDENTS = {"opening"}  # tables of intake that hold counts alone


def unlisted(metadata: MetaData) -> list[str]:
    """Tables that hold something of a resident's and are not on the privacy page."""
    known = {kind.__tablename__ for kind in RESIDENT_TABLES}
    of_intake = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("portal.intake")
        and isinstance(mapper.local_table, Table)
    }
    sealed = {
        table.name
        for table in metadata.tables.values()
        if "echo" in table.c or ("opened_on" in table.c and "sealed" in table.c)
    }
    return sorted((of_intake | sealed) - known - NOT_FROM_RESIDENTS)


def test_every_table_of_residents_is_on_the_privacy_page() -> None:
    assert unlisted(Base.metadata) == [], (
        "put it into RESIDENT_TABLES of intake.records"
    )


def test_a_table_of_residents_that_is_kept_quiet_is_found() -> None:
    twin = MetaData()
    Table("letter", twin, Column("id", String, primary_key=True))
    Table(
        "voice",
        twin,
        Column("letter_id", ForeignKey("letter.id")),
        Column("opened_on", String),
        Column("sealed", String),
    )
    assert unlisted(twin) == ["voice"]


# The README


def readme() -> str:
    return (HERE / "README.md").read_text("utf-8")


def settings_known() -> set[str]:
    source = (HERE / "portal" / "kernel" / "settings.py").read_text("utf-8")
    names = {
        n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant)
    }
    return {
        n for n in names if isinstance(n, str) and re.fullmatch("PORTAL_[A-Z_]+", n)
    }


def commands(group: click.Group, path: str = "portal") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def unnamed(names: Iterable[str], page: str) -> list[str]:
    """Names that stand nowhere on the page by themselves."""
    return sorted(
        n for n in names if not re.search(rf"`{re.escape(n)}\b(?![-_])", page)
    )


def test_the_readme_names_every_setting() -> None:
    assert unnamed(settings_known(), readme()) == [], "add it to the table of settings"
    assert len(settings_known()) > 8


def test_the_readme_names_no_setting_there_is_not() -> None:
    named = set(re.findall(r"`(PORTAL_[A-Z_]+)", readme()))
    assert (
        named - settings_known() - {"PORTAL_TEST_POSTGRES", "PORTAL_TEST_REDIS"}
        == set()
    )


def test_the_readme_names_every_command() -> None:
    assert unnamed(commands(main), readme()) == [], "add it to the table of commands"
    assert len(list(commands(main))) > 10


def test_the_readme_names_no_command_there_is_not() -> None:
    known = set(commands(main))
    named = set(re.findall(r"`(portal [a-z][\w-]*(?: import)?)", readme()))
    assert named - known == set()


def test_what_the_readme_leaves_out_is_found() -> None:
    page = "`PORTAL_BASE_URLS` and `portal demo-all`"
    assert unnamed(["PORTAL_BASE_URL", "portal demo"], page) == [
        "PORTAL_BASE_URL",
        "portal demo",
    ]


# Files


def _joined(*pairs: tuple[str, str]) -> str:
    """Words in two pieces, so that this file does not say them itself."""
    return "|".join(re.escape("".join(pair)) for pair in pairs)


_REGISTRIES = _joined(
    ("py", "pi.org"),
    ("python", "hosted.org"),
    ("npm", "js."),
    ("yarn", "pkg.com"),
    ("proxy.go", "lang"),
    ("ma", "ven.org"),
    ("cra", "tes.io"),
)
_FOLDERS = _joined(("wo", "rk"), ("ro", "ot"), ("ho", "me"), ("Us", "ers"))
STRANGE = re.compile(
    "|".join(
        (
            _REGISTRIES,
            rf"(?<![\w.}}\]>])/(?:{_FOLDERS})/[\w.]",
            r"^--(?:extra-)?index-url|^--find-links|^--trusted-host",
            r"[a-z]+://[^/\s:@]+:[^/\s:@]+@[\w.-]+\.[a-z]{2,}",
        )
    ).encode(),
    re.MULTILINE,
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=HERE, check=False, capture_output=True
    )
    if listed.returncode:
        pytest.skip("not a checkout")
    files = [HERE / name for name in listed.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file()]


def strange(contents: Mapping[str, bytes]) -> list[str]:
    """Where a file names where packages came from, or a folder of one machine."""
    return [
        f"{name}: {match.group().decode(errors='replace')}"
        for name, content in contents.items()
        for match in STRANGE.finditer(content)
    ]


def test_no_file_names_a_package_registry_or_a_folder_of_one_machine() -> None:
    found = {f.relative_to(HERE).as_posix(): f.read_bytes() for f in committed()}
    assert {"requirements.lock", "requirements-dev.lock", "Makefile"} <= set(found)
    assert strange(found) == []


@pytest.mark.parametrize(
    "line",
    [
        b"--index-url https://packages.example/simple",
        b"flask @ https://files." + b"python" + b"hosted.org/flask.whl",
        b"# made in /" + b"home/somebody/portal",
        b"cd /" + b"work/main && make",
        b"https://somebody" + b":secret@packages.example/simple",
    ],
)
def test_a_file_that_does_is_found(line: bytes) -> None:
    assert len(strange({"twin": b"first line\n" + line + b"\n"})) == 1


def test_lock_files_pin_every_package_by_its_digest() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        packed = (HERE / name).read_text("utf-8").replace("\\\n", " ")
        lines = [line for line in packed.splitlines() if line.strip()]
        assert [x for x in lines if "==" not in x or "--hash=sha256:" not in x] == []
        assert len(lines) > 30
