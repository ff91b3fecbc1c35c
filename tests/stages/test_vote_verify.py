"""The verifier: what it catches, and that the posted arguments are what it rests on."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import vote
from portal.kernel.sealing import KeyPair
from portal.vote import merkle
from portal.vote import verify as verifier
from tests.stages.vote_makers import BIG, SMALL, polling_day, scores_of

Files = dict[str, bytes]
Published = tuple[Files, str, str]
SCRIPT = Path(verifier.__file__)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Files, digest and fingerprint of one closed vote of two shown communities."""
    with polling_day(tmp_path_factory.mktemp("vote")) as day:
        day.fill(big=11, small=10)
        day.enter_paper(day.slips[BIG][11], scores_of(3))
        day.close()
        yield day.files, day.digest, day.fingerprint


def test_verifier_is_content_with_what_was_published(published: Published) -> None:
    assert verifier.verify(*published) == []


def test_verifier_is_content_with_a_withheld_community(tmp_path: Path) -> None:
    with polling_day(tmp_path) as day:
        day.fill(big=12, small=9)
        day.close()
        assert verifier.verify(day.files, day.digest, day.fingerprint) == []


def edited(files: Files, path: str, change: Callable[[str], str]) -> Files:
    """The files with one changed as text."""
    return {**files, path: change(files[path].decode()).encode()}


def flipped(text: str) -> str:
    """Another score in the first row."""
    head, row, *rest = text.split("\n")
    code, score = row.split(",")
    new = "dissatisfied" if score != "dissatisfied" else "satisfied"
    return "\n".join([head, f"{code},{new}", *rest])


def record_with(files: Files, change: Callable[[Any], None]) -> Files:
    record = json.loads(files["closing.json"])
    change(record)
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1)
    return {**files, "closing.json": f"{text}\n".encode()}


def manifest_with(files: Files, **changed: Any) -> Files:
    path = f"{BIG}/manifest.json"
    return {**files, path: json.dumps({**json.loads(files[path]), **changed}).encode()}


def exchanged(files: Files) -> Files:
    other = {BIG: SMALL, SMALL: BIG}
    return {
        "/".join(other.get(part, part) for part in path.split("/")): content
        for path, content in files.items()
    }


def counts_edited(record: Any) -> None:
    totals = record["places"][0]["totals"]["effect"]
    totals["satisfied"] += 1


ATTACKS: dict[str, Callable[[Files], Files]] = {
    "a score changed": lambda f: edited(f, f"{BIG}/effect.csv", flipped),
    "a ballot added": lambda f: edited(
        f, f"{BIG}/effect.csv", lambda t: t + "ZZZZZZZZ,satisfied\n"
    ),
    "a ballot removed": lambda f: edited(
        f, f"{BIG}/effect.csv", lambda t: t[: t.rstrip().rindex("\n") + 1]
    ),
    "a used slip hidden": lambda f: edited(
        f, f"{BIG}/used.csv", lambda t: t[: t.rstrip().rindex("\n") + 1]
    ),
    "a used slip that was never made": lambda f: edited(
        f, f"{BIG}/used.csv", lambda t: t[: t.rstrip().rindex("\n") + 1] + "f" * 64 + ",phone\n"
    ),
    "rows lost with the file": lambda f: {
        path: content for path, content in f.items() if path != f"{BIG}/effect.csv"
    },
    "the root swapped": lambda f: manifest_with(f, root="0" * 64),
    "the manifest's signature wrong": lambda f: manifest_with(f, signature="0" * 128),
    "a slip added to the manifest": lambda f: manifest_with(
        f, slip_ids=sorted([*json.loads(f[f"{BIG}/manifest.json"])["slip_ids"], "a" * 64])
    ),
    "the record's signatures wrong": lambda f: edited(
        f, "signatures.json", lambda t: t.replace('"signature": "', '"signature": "00')
    ),
    "one signature only": lambda f: {
        **f, "signatures.json": json.dumps(json.loads(f["signatures.json"])[:1]).encode()
    },
    "counts edited": lambda f: record_with(f, counts_edited),
    "two communities exchanged": exchanged,
    "a community left out": lambda f: {
        path: content for path, content in f.items() if not path.startswith(SMALL)
    },
    "a community added": lambda f: {**f, "990101001003/used.csv": b"slip_id,entered\n"},
    "the record missing": lambda f: {p: c for p, c in f.items() if p != "closing.json"},
    "the record not JSON": lambda f: {**f, "closing.json": b"{"},
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_verifier_catches(published: Published, attack: str) -> None:
    files, digest, fingerprint = published
    changed = ATTACKS[attack](files)
    assert changed != files
    assert verifier.verify(changed, digest, fingerprint) != []


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_verifier_catches_any_changed_byte_of_lists_and_record(
    published: Published, data: st.DataObject
) -> None:
    files, digest, fingerprint = published
    hashed = [path for path in files if path.endswith((".csv", "closing.json"))]
    path = data.draw(st.sampled_from(sorted(hashed)))
    at = data.draw(st.integers(0, len(files[path]) - 1))
    content = bytearray(files[path])
    content[at] ^= data.draw(st.integers(1, 255))
    changed = {**files, path: bytes(content)}
    assert verifier.verify(changed, digest, fingerprint) != []


class Forger:
    """Recomputes every hash, count and signature under keys of their own."""

    def __init__(self) -> None:
        self.printer = KeyPair.make()
        self.closers = [KeyPair.make(), KeyPair.make()]

    def forged(self, files: Files, change: Callable[[Any], None]) -> Published:
        parsed = {code: self._parsed(files, code) for code in (BIG, SMALL)}
        change(parsed)
        record = json.loads(files["closing.json"])
        made = dict(files)
        for place in record["places"]:
            terms = vote.Terms.of(record["terms"])
            precinct = vote.Precinct(record["code"], place["place"], terms)
            self._write(made, place, parsed[place["place"]], precinct)
        record["printer_key"] = self.printer.verify_key.hex()
        record["closers"] = [closer.verify_key.hex() for closer in self.closers]
        body = json.dumps(record, sort_keys=True).encode()
        made["closing.json"] = body
        made["signatures.json"] = json.dumps(
            [
                {"key": c.verify_key.hex(), "signature": c.sign(body).hex()}
                for c in self.closers
            ]
        ).encode()
        posted = hashlib.sha256(body).hexdigest()
        return made, posted, vote.fingerprint(self.printer.verify_key)

    def _parsed(self, files: Files, code: str) -> dict[str, list[str]]:
        names = ["used", *(d.id for d in vote.DEFAULT_TERMS.dimensions)]
        parsed = {n: files[f"{code}/{n}.csv"].decode().splitlines()[1:] for n in names}
        return {**parsed, "ids": json.loads(files[f"{code}/manifest.json"])["slip_ids"]}

    def _write(
        self, made: Files, place: Any, parsed: Any, precinct: vote.Precinct
    ) -> None:
        code = place["place"]
        manifest = vote.make_manifest(
            precinct, slip_ids=parsed["ids"], printer=self.printer
        )
        made[f"{code}/manifest.json"] = manifest.to_json()
        place["issued"], place["root"] = manifest.count, manifest.root.hex()
        place["ballots"] = len(parsed["used"])
        assert manifest.root == merkle.root(manifest.slip_ids)
        for name in ["used", *(d.id for d in vote.DEFAULT_TERMS.dimensions)]:
            header = "slip_id,entered" if name == "used" else "check_code,score"
            text = "".join(f"{row}\n" for row in [header, *sorted(parsed[name])])
            made[f"{code}/{name}.csv"] = text.encode()
            place["files"][f"{name}.csv"] = hashlib.sha256(text.encode()).hexdigest()
            chosen = [row.split(",")[1] for row in parsed[name]]
            values = [o.id for o in vote.DEFAULT_TERMS.scale]
            values = ["phone", "paper"] if name == "used" else values
            place["totals"][name] = {value: chosen.count(value) for value in values}


def score_changed(parsed: Any) -> None:
    row = parsed[BIG]["effect"][0]
    new = "fair" if not row.endswith(",fair") else "mostly"
    parsed[BIG]["effect"][0] = f"{row[:8]},{new}"


def ballot_added(parsed: Any) -> None:
    voted = {row.split(",")[0] for row in parsed[BIG]["used"]}
    unused = sorted(set(parsed[BIG]["ids"]) - voted)
    parsed[BIG]["used"].append(f"{unused[0]},phone")
    for i, d in enumerate(vote.DEFAULT_TERMS.dimensions):
        parsed[BIG][d.id].append(f"ZZZZZZZ{i},satisfied")


def ballot_removed(parsed: Any) -> None:
    for name in ["used", *(d.id for d in vote.DEFAULT_TERMS.dimensions)]:
        parsed[BIG][name].pop()


def slip_invented(parsed: Any) -> None:
    parsed[BIG]["ids"].append("ab" * 32)
    ballot_added(parsed)


def communities_exchanged(parsed: Any) -> None:
    parsed[BIG], parsed[SMALL] = parsed[SMALL], parsed[BIG]


@pytest.mark.parametrize(
    "change",
    [score_changed, ballot_added, ballot_removed, slip_invented, communities_exchanged],
)
def test_verifier_catches_a_consistent_forgery_by_what_was_posted(
    published: Published, change: Callable[[Any], None]
) -> None:
    files, digest, fingerprint = published
    forged, own_digest, own_fingerprint = Forger().forged(files, change)
    assert verifier.verify(forged, digest, fingerprint) == [
        "关票记录和公告栏张贴的指纹不一致",
        "制票密钥和公告栏张贴的指纹不一致",
    ]
    # The twin: who takes both from the forger's website too sees nothing wrong.
    assert verifier.verify(forged, own_digest, own_fingerprint) == []


@pytest.fixture
def folder(published: Published, tmp_path: Path) -> Path:
    for path, content in published[0].items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def run(
    folder: Path, digest: str, fingerprint: str, **environment: str
) -> tuple[int, str]:
    """The script alone, where no package is installed and no portal can be found."""
    asked = [sys.executable, "-I", "-S", str(SCRIPT), str(folder)]
    asked += ["--digest", digest, "--fingerprint", fingerprint]
    done = subprocess.run(
        asked,
        capture_output=True,
        check=False,
        cwd=folder,
        env={"PYTHONUTF8": "1", "PATH": "/usr/bin:/bin", **environment},
    )
    return done.returncode, done.stdout.decode()


def test_script_alone_says_that_everything_agrees(
    published: Published, folder: Path
) -> None:
    _, digest, fingerprint = published
    spaced = " ".join(digest[i : i + 4] for i in range(0, 64, 4)).upper()
    assert run(folder, spaced, fingerprint) == (0, "全部相符。\n")


def test_script_alone_names_what_does_not_agree(
    published: Published, folder: Path
) -> None:
    _, digest, fingerprint = published
    path = folder / BIG / "effect.csv"
    path.write_text(flipped(path.read_text()))
    status, said = run(folder, digest, fingerprint)
    assert status == 1
    assert "effect.csv 和关票记录里的指纹不一致" in said


@pytest.mark.parametrize("short", ["", "abcd", "x" * 64])
def test_script_alone_refuses_a_short_fingerprint(
    published: Published, folder: Path, short: str
) -> None:
    status, _ = run(folder, published[1], short)
    assert status == 2


def test_script_without_openssl_says_so(published: Published, folder: Path) -> None:
    _, digest, fingerprint = published
    status, said = run(folder, digest, fingerprint, PATH="/nowhere")
    assert (status, said) == (0, f"{verifier.UNCHECKED}\n全部相符。\n")


def test_script_is_short_enough_to_be_read_aloud() -> None:
    source = SCRIPT.read_text()
    assert len(source.splitlines()) < 200
    assert "portal" not in source
