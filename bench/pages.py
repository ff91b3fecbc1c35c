"""Tables a and b: what a page and a submission cost beside the bare framework."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from bench.forms import Forms, Sending
from bench.house import Stand
from bench.rounds import OverSocket, Subject, measure
from bench.serving import served
from bench.tables import Table, ms, ratio, verdict
from portal.web.app import create_app

ROUNDS = 21
REQUESTS = 25  # of each subject a round: many short rounds share noise best
PAGE_GOAL, SUBMISSION_GOAL = 1.5, 2.0
PORTS = (8761, 8762)
GZIP = {"Accept_Encoding": "gzip"}
Found = Mapping[str, Sequence[float]]
KEYED = "bare INSERT with one Argon2id (8 MiB, 1 pass)"
COLUMNS = ("CPU per request", "median ms (least-most)", "ratio", "goal")


def page_size(forms: Forms) -> int:
    """Bytes of the kept survey page, uncompressed."""
    return len(forms.app.test_client().get(forms.survey_path).data)


def over_socket(stand: Stand) -> list[Table]:
    """Both behind the server of `portal serve`, each in a process of its own."""
    forms = Forms(stand, create_app(stand.installation()))
    ours, reference = PORTS
    bare = f"bare:{page_size(forms)}"
    with ExitStack() as running:
        for name, port in (("portal", ours), (bare, reference)):
            running.enter_context(served("waitress", name, stand.folder, port))
        targets = (OverSocket(ours), OverSocket(ours, GZIP), OverSocket(reference))
        return _tables(forms, *targets)


def _tables(
    forms: Forms, plain: OverSocket, zipped: OverSocket, bare: OverSocket
) -> list[Table]:
    pages = measure(
        [
            Subject("bare page", bare, lambda _: Sending("GET", "/page")),
            Subject("survey", plain, lambda _: Sending("GET", forms.survey_path)),
            Subject(
                "survey, gzip", zipped, lambda _: Sending("GET", forms.survey_path)
            ),
        ],
        rounds=ROUNDS,
        requests=REQUESTS,
    )
    writes = measure(
        [
            Subject("bare INSERT", bare, forms.row),
            Subject(KEYED, bare, forms.keyed_row),
            Subject("20 answers", zipped, forms.survey),
            Subject("letter", zipped, forms.complaint),
        ],
        rounds=ROUNDS,
        requests=REQUESTS,
    )
    return [page_table(pages), write_table(writes)]


def page_table(found: Found) -> Table:
    """Every page against the bare page of the same size."""
    rows = [
        (name, ms(spent), *_against(spent, found["bare page"], PAGE_GOAL))
        for name, spent in found.items()
    ]
    return Table("GET of a page of 20 questions", COLUMNS, rows)


def write_table(found: Found) -> Table:
    """Every submission against the bare INSERT; a letter less its Argon2id.

    What that costs behind the server is what it adds to the bare INSERT, round by
    round: memory that a loop would find in the processor's caches is cold there.
    """
    bare = found["bare INSERT"]
    added = [keyed - row for keyed, row in zip(found[KEYED], bare, strict=True)]
    less = [all_ - key for all_, key in zip(found["letter"], added, strict=True)]
    shown = dict(found) | {"letter less Argon2id": less}
    judged = {"bare INSERT", "20 answers", "letter less Argon2id"}
    rows = [
        (name, ms(spent), *_against(spent, bare, SUBMISSION_GOAL))
        if name in judged
        else (name, ms(spent), "", "")
        for name, spent in shown.items()
    ]
    return Table("POST of a submission, sealed, synchronous=FULL", COLUMNS, rows)


def _against(
    spent: Sequence[float], reference: Sequence[float], goal: float
) -> tuple[str, str]:
    if spent is reference:
        return "1", "reference"
    value = ratio(spent, reference)
    return f"{value:.2f}", verdict(value, goal)
