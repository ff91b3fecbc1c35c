"""Forgeries of a published vote: what gives each away, whoever makes it.

Three hands forge: a stranger has no key of the vote; the two closers sign and post
what they like, but have not the printer's key; a vandal recomputes nothing. And the
verifier itself is broken line by line, to see that no line of it is idle.
"""

import ast
import hashlib
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from portal import vote
from portal.kernel.sealing import KeyPair, is_signed
from portal.vote import merkle
from portal.vote import verify as verifier
from portal.vote.items import SCALE
from portal.vote.terms import canonical
from tests.stages.vote_makers import BIG, SMALL, polling_day, polling_eve, scores_of

Files = dict[str, bytes]
Published = tuple[Files, str, str]
LISTS = ("used", *(d.id for d in vote.DEFAULT_TERMS.dimensions))
ITEM = f"{BIG}/item-1.csv"  # of which eleven of twelve said something
SOURCE = Path(verifier.__file__).read_text()

DIGEST = "关票记录和公告栏张贴的指纹不一致"
PRINTER = "制票密钥和公告栏张贴的指纹不一致"
MANIFEST_SIGNATURE = "票根清单的签名不对"
TERMS = "不是票上的那一份"
NOT_MADE = "没发过或已作废"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """One closed vote of two shown communities; of two items in one, one is shown."""
    with polling_eve(tmp_path_factory.mktemp("vote")) as day:
        day.disclose(BIG, "路灯不亮", "账没公布")
        day.ask_items()
        day.open()
        day.fill(big=0, small=10)
        asked = [item.id for item in day.election.items[BIG]]
        for number, slip in enumerate(day.slips[BIG][:12]):
            told = asked[: (number < 11) + (number < 4)]
            scores = scores_of(number) | dict.fromkeys(told, "partly")
            (day.cast if number < 10 else day.enter_paper)(slip, scores)
        day.close()
        yield day.files, day.digest, day.fingerprint


@pytest.fixture(scope="module")
def withheld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """A closed vote of which one community's lists are not shown."""
    with polling_day(tmp_path_factory.mktemp("withheld")) as day:
        day.fill(big=12, small=9)
        day.close()
        yield day.files, day.digest, day.fingerprint


class Vote:
    """A published vote taken apart, to be changed and put together again."""

    def __init__(self, files: Files) -> None:
        self.record = json.loads(files["closing.json"])
        self.manifests = {
            p["place"]: json.loads(files[f"{p['place']}/manifest.json"])
            for p in self.record["places"]
        }
        self.rows = {
            path: content.decode().splitlines()
            for path, content in files.items()
            if path.endswith(".csv")
        }
        self.readme = files["README.txt"]

    def place(self, code: str = BIG) -> Any:
        return next(p for p in self.record["places"] if p["place"] == code)

    def put_together(self, printer: KeyPair | None, closers: list[KeyPair]) -> Files:
        """Files with every count, hash, root and signature made anew.

        Without the printer's key the old signatures stay: they cannot be made.
        """
        made: Files = {}
        for code, manifest in self.manifests.items():
            self._recount(code)
            if printer:
                manifest.update(self._signed(manifest, printer))
                self.record["printer_key"] = manifest["printer_key"]
            made[f"{code}/manifest.json"] = json.dumps(manifest).encode()
        made |= {path: _file(rows) for path, rows in self.rows.items()}
        self.record["closers"] = [c.verify_key.hex() for c in closers]
        body = json.dumps(self.record).encode()
        signed = [(c.verify_key.hex(), c.sign(body).hex()) for c in closers]
        said = [{"key": key, "signature": signature} for key, signature in signed]
        made |= {"closing.json": body, "signatures.json": json.dumps(said).encode()}
        return {**made, "README.txt": self.readme}

    def _recount(self, code: str) -> None:
        place, manifest = self.place(code), self.manifests[code]
        ids = [bytes.fromhex(i) for i in manifest["slip_ids"]]
        if "issued" not in self.left:
            place["issued"] = manifest["count"] = len(ids)
        if "root" not in self.left:
            place["root"] = manifest["root"] = merkle.root(ids).hex()
        if "terms" not in self.left:
            terms = canonical(self.record["terms"])
            manifest["terms"] = hashlib.sha256(terms).hexdigest()
        if "ballots" not in self.left:
            place["ballots"] = len(self.rows[f"{code}/used.csv"]) - 1
        for path in (path for path in self.rows if path.startswith(f"{code}/")):
            self._list_anew(place, path[len(code) + 1 : -len(".csv")], self.rows[path])

    def _list_anew(self, place: Any, name: str, rows: list[str]) -> None:
        rows[1:] = sorted(rows[1:])
        place["files"][f"{name}.csv"] = hashlib.sha256(_file(rows)).hexdigest()
        for item in place["items"]:
            if item["id"] == name and "answered" not in self.left:
                item["answered"] = len(rows) - 1
        if "totals" not in self.left:
            chosen = [row.split(",")[1] for row in rows[1:]]
            counts = {value: chosen.count(value) for value in values_of(name)}
            extra = {c: chosen.count(c) for c in set(chosen) - set(counts)}
            place["totals"][name] = counts | extra

    def _signed(self, manifest: Any, printer: KeyPair) -> dict[str, str]:
        names = ("code", "place", "count", "root", "terms")
        fields = [str(manifest[name]) for name in names]
        said = "|".join(["manifest", *fields])
        return {
            "printer_key": printer.verify_key.hex(),
            "signature": printer.sign(said.encode()).hex(),
        }

    left: frozenset[str] = frozenset()  # what the forger does not put right


def values_of(name: str) -> list[str]:
    if name == "used":
        return ["phone", "paper"]
    scale = SCALE if name.startswith("item-") else vote.DEFAULT_TERMS.scale
    return [option.id for option in scale]


def _file(rows: list[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def score_changed(v: Vote) -> None:
    rows = v.rows[f"{BIG}/effect.csv"]
    new = "fair" if not rows[1].endswith(",fair") else "mostly"
    rows[1] = f"{rows[1][:8]},{new}"


def ballot_added(v: Vote) -> None:
    """On a slip of a household that did not vote."""
    used = v.rows[f"{BIG}/used.csv"]
    voted = {row.split(",")[0] for row in used}
    used.append(f"{min(set(v.manifests[BIG]['slip_ids']) - voted)},phone")
    for i, d in enumerate(vote.DEFAULT_TERMS.dimensions):
        v.rows[f"{BIG}/{d.id}.csv"].append(f"ZZZZZZZ{i},satisfied")


def ballot_removed(v: Vote) -> None:
    for name in LISTS:
        v.rows[f"{BIG}/{name}.csv"].pop()


def slip_never_made(v: Vote) -> None:
    ballot_added(v)
    v.rows[f"{BIG}/used.csv"][-1] = f"{'f' * 64},phone"


def slip_invented(v: Vote) -> None:
    """The household that does not exist is put into the manifest as well."""
    v.manifests[BIG]["slip_ids"] = sorted([*v.manifests[BIG]["slip_ids"], "ab" * 32])
    ballot_added(v)


def root_swapped(v: Vote) -> None:
    v.left = frozenset({"root"})
    v.place()["root"] = v.manifests[BIG]["root"] = "0" * 64


def rows_lost(v: Vote) -> None:
    v.left = frozenset({"ballots"})
    ballot_removed(v)


def rows_lost_in_one_list(v: Vote) -> None:
    v.rows[f"{BIG}/effect.csv"].pop()


def counts_edited(v: Vote) -> None:
    v.left = frozenset({"totals"})
    v.place()["totals"]["effect"]["satisfied"] += 1


def option_invented(v: Vote) -> None:
    rows = v.rows[f"{BIG}/effect.csv"]
    rows[1] = f"{rows[1][:8]},enthusiastic"


def lists_exchanged(v: Vote) -> None:
    for name in LISTS:
        big, small = f"{BIG}/{name}.csv", f"{SMALL}/{name}.csv"
        v.rows[big], v.rows[small] = v.rows[small], v.rows[big]


def communities_exchanged(v: Vote) -> None:
    lists_exchanged(v)
    rows, big, small = v.rows[ITEM], v.place(BIG), v.place(SMALL)
    item_kept_from_sight(v)
    v.rows[ITEM.replace(BIG, SMALL)] = rows
    big["items"], small["items"] = small["items"], big["items"]
    ids = {code: v.manifests[code]["slip_ids"] for code in (BIG, SMALL)}
    v.manifests[BIG]["slip_ids"] = ids[SMALL]
    v.manifests[SMALL]["slip_ids"] = ids[BIG]


def signature_wrong(v: Vote) -> None:
    v.manifests[BIG]["signature"] = "0" * 128


def more_issued_than_made(v: Vote) -> None:
    v.left = frozenset({"issued"})
    v.place()["issued"] = v.manifests[BIG]["count"] = 20


def fewer_households(v: Vote) -> None:
    v.place()["entitled"] = 13


def void_slip_voted(v: Vote) -> None:
    v.place()["voided"] = [v.rows[f"{BIG}/used.csv"][1][:64]]


def voided_without_being_made(v: Vote) -> None:
    v.place()["voided"] = ["cd" * 32]


def paper_called_phone(v: Vote) -> None:
    """Two people typed this ballot in, and nobody shall ask them."""
    path = f"{BIG}/used.csv"
    v.rows[path] = [row.replace(",paper", ",phone") for row in v.rows[path]]


def paper_called_phone_in_the_list_alone(v: Vote) -> None:
    v.left = frozenset({"totals"})
    paper_called_phone(v)


def way_in_invented(v: Vote) -> None:
    rows = v.rows[f"{BIG}/used.csv"]
    rows[1] = f"{rows[1][:64]},fax"


def item_answer_changed(v: Vote) -> None:
    v.rows[ITEM][1] = f"{v.rows[ITEM][1][:8]},fixed"


def item_answer_added(v: Vote) -> None:
    """Of the one who voted and did not answer this."""
    v.rows[ITEM].append("ZZZZZZZZ,fixed")


def item_answer_removed(v: Vote) -> None:
    v.rows[ITEM].pop()


def item_answers_of_more_than_voted(v: Vote) -> None:
    v.rows[ITEM] += ["ZZZZZZZZ,fixed", "ZZZZZZZY,fixed"]


def item_answers_lost(v: Vote) -> None:
    v.left = frozenset({"answered"})
    item_answer_removed(v)


def item_counts_edited(v: Vote) -> None:
    v.left = frozenset({"totals"})
    v.place()["totals"]["item-1"]["fixed"] += 1


def item_option_invented(v: Vote) -> None:
    v.rows[ITEM][1] = f"{v.rows[ITEM][1][:8]},satisfied"


def item_code_given_twice(v: Vote) -> None:
    v.rows[ITEM][2] = v.rows[ITEM][1]


def item_called_unanswered(v: Vote) -> None:
    """What is asked for least is kept from sight: eleven answers are called nine."""
    del v.rows[ITEM], v.place()["files"]["item-1.csv"], v.place()["totals"]["item-1"]
    v.place()["items"][0]["answered"] = 9


def item_kept_from_sight(v: Vote) -> None:
    del v.rows[ITEM], v.place()["files"]["item-1.csv"], v.place()["totals"]["item-1"]


def item_forgotten(v: Vote) -> None:
    """As if it had never been asked."""
    item_kept_from_sight(v)
    del v.place()["items"][0]


def item_named_like_a_dimension(v: Vote) -> None:
    """So that its nine answers would keep the dimension's list from sight."""
    place, path = v.place(), f"{BIG}/effect.csv"
    place["items"][1] |= {"id": "effect", "answered": 9}
    del v.rows[path], place["files"]["effect.csv"], place["totals"]["effect"]


def item_reworded(v: Vote) -> None:
    v.place()["items"][0]["words"] = "花坛里的花好不好看"


def code_given_twice(v: Vote) -> None:
    rows = v.rows[f"{BIG}/effect.csv"]
    rows[2] = rows[1]


def points_changed(v: Vote) -> None:
    """The dissatisfied are worth nearly as much as the satisfied."""
    v.record["terms"]["scale"][3]["points"] = 49


def weight_changed(v: Vote) -> None:
    """What went best is all that counts."""
    v.record["terms"]["dimensions"][0]["weight"] = 100


def dimension_renamed(v: Vote) -> None:
    v.record["terms"]["dimensions"][2]["name"] = "态度好"


def question_changed(v: Vote) -> None:
    v.record["terms"]["question"] = "干部辛苦不辛苦"


def points_changed_in_the_record_alone(v: Vote) -> None:
    v.left = frozenset({"terms"})
    points_changed(v)


FORGERIES: dict[Callable[[Vote], None], str] = {
    # What gives it away though the digest on the board is the forger's own; "" where
    # only the people themselves can: who voted finds a wrong score or none under a
    # check code, who did not vote finds the slip used.
    score_changed: "",
    ballot_added: "",
    ballot_removed: "",
    slip_never_made: NOT_MADE,
    slip_invented: MANIFEST_SIGNATURE,
    root_swapped: "（根）对不上",
    rows_lost: "used.csv 有 11 行，应有 12 行",
    rows_lost_in_one_list: "effect.csv 有 11 行",
    counts_edited: "effect.csv 数出来的合计",
    option_invented: "选项以外的内容",
    lists_exchanged: NOT_MADE,
    communities_exchanged: MANIFEST_SIGNATURE,
    more_issued_than_made: "发票数对不上",
    fewer_households: "或多于户数",
    void_slip_voted: NOT_MADE,
    voided_without_being_made: "作废的票不在",
    paper_called_phone: "",
    paper_called_phone_in_the_list_alone: "used.csv 数出来的合计",
    way_in_invented: "选项以外的内容",
    item_answer_changed: "",
    item_answer_added: "",
    item_answer_removed: "",
    item_called_unanswered: "",
    item_forgotten: "",
    item_reworded: "",
    item_answers_of_more_than_voted: "有一项的回答多于收票数",
    item_answers_lost: "item-1.csv 有 10 行，应有 11 行",
    item_counts_edited: "item-1.csv 数出来的合计",
    item_option_invented: "选项以外的内容",
    item_code_given_twice: "行，应有 11 行，或有重复",
    item_kept_from_sight: "应公布 8 份清单",
    item_named_like_a_dimension: "两项同名",
    code_given_twice: "行，应有 12 行，或有重复",
    points_changed: MANIFEST_SIGNATURE,
    weight_changed: MANIFEST_SIGNATURE,
    dimension_renamed: MANIFEST_SIGNATURE,
    question_changed: MANIFEST_SIGNATURE,
    points_changed_in_the_record_alone: TERMS,
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda f: str(f.__name__))
def test_stranger_is_caught_by_both_fingerprints_on_the_board(
    published: Published, forge: Callable[[Vote], None]
) -> None:
    files, digest, fingerprint = published
    taken = Vote(deepcopy(files))
    forge(taken)
    forged = taken.put_together(KeyPair.make(), [KeyPair.make(), KeyPair.make()])
    found = verifier.verify(forged, digest, fingerprint)
    assert found[:2] == [DIGEST, PRINTER]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda f: str(f.__name__))
def test_twin_a_stranger_whose_own_fingerprints_are_believed_is_as_good_as_anyone(
    published: Published, forge: Callable[[Vote], None]
) -> None:
    taken = Vote(deepcopy(published[0]))
    forge(taken)
    printer = KeyPair.make()
    forged = taken.put_together(printer, [KeyPair.make(), KeyPair.make()])
    found = verifier.verify(forged, *own_fingerprints(forged))
    needs_the_printer = FORGERIES[forge] in {"", MANIFEST_SIGNATURE}
    assert bool(found) is not needs_the_printer


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda f: str(f.__name__))
def test_two_closers_who_post_their_own_digest_cannot_make_slips(
    published: Published, forge: Callable[[Vote], None]
) -> None:
    taken = Vote(deepcopy(published[0]))
    forge(taken)
    forged = taken.put_together(None, [KeyPair.make(), KeyPair.make()])
    found = verifier.verify(forged, own_fingerprints(forged)[0], published[2])
    assert (FORGERIES[forge] in "\n".join(found)) is True
    assert bool(found) is bool(FORGERIES[forge])


@pytest.mark.parametrize(
    "forge", [*FORGERIES, signature_wrong], ids=lambda f: str(f.__name__)
)
def test_new_closers_over_the_true_printer_are_caught_by_the_digest(
    published: Published, forge: Callable[[Vote], None]
) -> None:
    files, digest, fingerprint = published
    taken = Vote(deepcopy(files))
    forge(taken)
    forged = taken.put_together(None, [KeyPair.make(), KeyPair.make()])
    assert DIGEST in verifier.verify(forged, digest, fingerprint)


def own_fingerprints(files: Files) -> tuple[str, str]:
    key = bytes.fromhex(json.loads(files["closing.json"])["printer_key"])
    return hashlib.sha256(files["closing.json"]).hexdigest(), vote.fingerprint(key)


def test_small_community_cannot_have_more_ballots_than_slips(
    withheld: Published,
) -> None:
    """Its lists are not shown, so this is all that bounds them."""
    files = dict(withheld[0])
    record = json.loads(files["closing.json"])
    small = next(p for p in record["places"] if p["place"] == SMALL)
    manifest = vote.Manifest.from_json(files[f"{SMALL}/manifest.json"])
    printer = KeyPair.make()
    fewer = vote.make_manifest(
        vote.Precinct(manifest.code, SMALL, vote.Terms.of(record["terms"])),
        slip_ids=[i.hex() for i in manifest.slip_ids[:8]],
        printer=printer,
    )
    files[f"{SMALL}/manifest.json"] = fewer.to_json()
    small |= {"issued": 8, "root": fewer.root.hex()}
    files["closing.json"] = json.dumps(record).encode()
    found = verifier.verify(files, *own_fingerprints(files))
    assert [f for f in found if "收票多于没作废的票" in f] != []


# The verifier, broken line by line.


def mutants() -> Iterator[tuple[str, str]]:
    """(what was said there, source in which that one check never speaks)."""
    tree = ast.parse(SOURCE)
    checks = [node for node in ast.walk(tree) if is_check(node)]
    for check in checks:
        assert isinstance(check, ast.If | ast.For)
        kept, check.body = check.body, [ast.Pass()]
        yield ast.unparse(kept[0])[:60], ast.unparse(ast.fix_missing_locations(tree))
        check.body = kept


def is_check(node: ast.AST) -> bool:
    """An `if` or `for` with a finding directly below it."""
    below = node.body if isinstance(node, ast.If | ast.For) else []
    return any(
        isinstance(line, ast.Expr) and "yield" in ast.unparse(line) for line in below
    )


def broken(source: str) -> Callable[[Files, str, str], list[str]]:
    """The `verify` of a changed source; signatures are checked in this process."""
    namespace: dict[str, Any] = {"__name__": "mutant"}
    exec(compile(source, "mutant", "exec"), namespace)  # noqa: S102 -- our own source
    namespace["is_signed"] = lambda message, signature, key: is_signed(
        message, bytes.fromhex(signature), bytes.fromhex(key)
    )
    found: Callable[[Files, str, str], list[str]] = namespace["verify"]
    return found


@pytest.fixture(scope="module")
def attacks(published: Published, withheld: Published) -> list[Published]:
    """Every forgery by every hand, and raw damage, with the posted arguments."""
    files, digest, fingerprint = published
    cases: list[Published] = []
    for forge in [*FORGERIES, signature_wrong]:
        for printer in (None, KeyPair.make()):
            taken = Vote(deepcopy(files))
            forge(taken)
            made = taken.put_together(printer, [KeyPair.make(), KeyPair.make()])
            own = own_fingerprints(made)
            cases += [(made, digest, fingerprint), (made, own[0], fingerprint)]
            cases.append((made, *own))
    cases += [(damaged, digest, fingerprint) for damaged in damage(files)]
    cases += [(damaged, *own_fingerprints(damaged)) for damaged in damage(withheld[0])]
    return cases


def damage(files: Files) -> Iterator[Files]:
    """Single files changed, everything else left as it was."""
    manifest = json.loads(files[f"{BIG}/manifest.json"])
    signatures = json.loads(files["signatures.json"])
    twice = [*manifest["slip_ids"], manifest["slip_ids"][0]]
    for change in ({"place": SMALL}, {"slip_ids": twice}, {"root": "0" * 64}):
        path = f"{BIG}/manifest.json"
        yield {**files, path: json.dumps({**manifest, **change}).encode()}
    yield {**files, "signatures.json": json.dumps(signatures[:1]).encode()}
    signatures[0]["signature"] = "0" * 128
    yield {**files, "signatures.json": json.dumps(signatures).encode()}
    yield {**files, "990101001009/used.csv": b"slip_id,entered\n"}
    yield {**files, f"{SMALL}/effect2.csv": b"check_code,score\n"}
    for path in (f"{BIG}/used.csv", f"{BIG}/effect.csv"):
        yield {**files, path: files[path].replace(b"\n", b"\r\n")}
        yield {**files, path: files[path] + b"ZZZZZZZZ,fair\n"}
        yield {p: c for p, c in files.items() if p != path}


@pytest.mark.parametrize("mutant", list(mutants()), ids=lambda mutant: str(mutant[0]))
def test_every_check_of_the_verifier_is_needed(
    attacks: list[Published], mutant: tuple[str, str]
) -> None:
    """Without it some attack would say less than it does with it."""
    whole, without = broken(SOURCE), broken(mutant[1])
    assert any(whole(*attack) != without(*attack) for attack in attacks)


def test_verifier_has_as_many_checks_as_are_broken_above() -> None:
    said = SOURCE.count("yield f") + SOURCE.count('yield "')
    always = SOURCE.count("    yield from check_record(")  # hangs on nothing
    assert (len(list(mutants())), always) == (said - always, 1)
