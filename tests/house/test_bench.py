"""The bench can be imported and judges what it measured; nothing here is timed."""

import importlib
import pkgutil

import pytest

import bench
from bench.bare import create_bare
from bench.forms import Forms
from bench.house import QUESTIONS, build
from bench.pages import KEYED, PAGE_GOAL, page_size, page_table, write_table
from bench.rounds import InProcess, Subject, measure
from bench.weight import LARGEST_PAGE, Weight, weight_table
from portal.web.app import create_app

MODULES = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_every_module_of_the_bench_can_be_imported(name: str) -> None:
    assert importlib.import_module(f"bench.{name}").__doc__


def verdicts(*weights: Weight) -> list[str]:
    return [row[-1].rpartition(" ")[2] for row in weight_table(weights).rows]


def test_a_page_over_14_kb_is_marked() -> None:
    exact = Weight("/", "collecting", [LARGEST_PAGE], {"127.0.0.1"})
    over = Weight("/", "collecting", [LARGEST_PAGE, 1], {"127.0.0.1"})
    assert LARGEST_PAGE == 14336
    assert verdicts(exact, over) == ["holds", "FAILS"]


def test_a_third_request_and_a_second_host_are_marked() -> None:
    many = Weight("/", "voting", [1, 1, 1], {"127.0.0.1"})
    elsewhere = Weight("/", "voting", [1], {"127.0.0.1", "example.org"})
    assert verdicts(many, elsewhere) == ["FAILS", "FAILS"]


def test_a_page_dearer_than_its_goal_is_marked() -> None:
    reference = [0.001, 0.001, 0.001]
    dear = [second * (PAGE_GOAL + 0.1) for second in reference]
    table = page_table({"bare page": reference, "survey": dear})
    assert [row[3] for row in table.rows] == ["reference", "<= 1.5: FAILS"]


def test_a_letter_is_judged_less_what_its_argon2id_adds_to_a_bare_row() -> None:
    rows = {
        "bare INSERT": [0.002, 0.002, 0.002],
        KEYED: [0.006, 0.006, 0.006],
        "20 answers": [0.004, 0.004, 0.004],
        "letter": [0.0075, 0.008, 0.009],
    }
    table = write_table(rows)
    judged = {row[0]: row[2:] for row in table.rows}
    assert judged["letter less Argon2id"] == ("2.00", "<= 2: holds")
    dearer = write_table(rows | {"letter": [0.0082, 0.0084, 0.0086]})
    assert dearer.rows[-1][2:] == ("2.20", "<= 2: FAILS")


def test_the_bench_sends_20_answers_and_a_letter_that_are_taken(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    stand = build(tmp_path_factory.mktemp("stand"))
    house = stand.installation()
    app = create_app(house)
    forms, size = Forms(stand, app), page_size(Forms(stand, app))
    bare = create_bare(stand.folder, size)
    measure(
        [Subject(KEYED, InProcess(bare.wsgi_app), forms.keyed_row)],
        rounds=1,
        requests=1,
    )
    target = InProcess(app.wsgi_app)
    subjects = [
        Subject("survey", target, forms.survey),
        Subject("complaint", target, forms.complaint),
    ]
    measure(subjects, rounds=1, requests=1)
    assert len(stand.definition.questions) == QUESTIONS
    assert len(bare.test_client().get("/page").data) == size
    assert house.door.box.waiting() == 62  # 30 to warm up and 1 measured, of each
    house.close()
