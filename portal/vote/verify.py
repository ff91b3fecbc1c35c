"""核验程序: recount a published vote with nothing but Python and what hangs on paper.

    python3 verify.py FOLDER --digest D --fingerprint F

FOLDER is what was published; D, the digest of the closing record, and F, the printer
key's fingerprint, are copied from the notice board, which no website can change. Exit
status: 0 all agrees, 1 something does not, 2 wrong usage. `openssl` checks signatures.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PUBLISHED_FROM = 10  # rows; a shorter list is withheld
UNCHECKED = "这台电脑没有能验 Ed25519 的 openssl，签名没有核验；其余各项照常核验。"
KNOWN = (  # RFC 8032 §7.1, test 2: an openssl that refuses it cannot tell
    b"\x72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
)
HEX = re.compile("[0-9a-f]{64}")
Files = dict[str, bytes]
Fields = dict[str, Any]
Rows = list[list[str]]


def verify(files: Files, digest: str, fingerprint: str) -> list[str]:
    """What does not agree, as Chinese sentences; empty where everything agrees."""
    try:
        return list(check_all(files, digest, fingerprint))
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        return [f"文件缺失或格式不对：{type(error).__name__} {error}"]


def check_all(files: Files, *posted: str) -> Iterator[str]:
    """The closing record first, then every community's folder against it."""
    record, folders = json.loads(files["closing.json"]), dict[str, Files]()
    yield from check_record(files, record, *posted)
    for path in (path for path in files if "/" in path):
        folder, name = path.split("/", 1)
        folders.setdefault(folder, {})[name] = files[path]
    if sorted(folders) != sorted(place["place"] for place in record["places"]):
        yield "文件夹里的社区和关票记录里的不一致"
    for place in record["places"]:
        for check in (check_manifest, check_lists):
            for said in check(folders[place["place"]], record, place):
                yield f"{place['name']}（{place['place']}）：{said}"


def check_record(files: Files, record: Fields, *posted: str) -> Iterator[str]:
    """Posted digest, posted fingerprint, two signatures."""
    if sha256(files["closing.json"]) != posted[0]:
        yield "关票记录和公告栏张贴的指纹不一致"
    if sha256(bytes.fromhex(record["printer_key"])) != posted[1]:
        yield "制票密钥和公告栏张贴的指纹不一致"
    signed = {s["key"]: s["signature"] for s in json.loads(files["signatures.json"])}
    if len(set(record["closers"])) != 2 or set(signed) != set(record["closers"]):
        yield "关票记录不是由记录里的两位关票人签的"
    for key, signature in signed.items():
        if not is_signed(files["closing.json"], signature, key):
            yield f"关票记录的签名不对（密钥 {key[:16]}…）"


def check_manifest(here: Files, record: Fields, place: Fields) -> Iterator[str]:
    """The slips that were made: for what, how many, root and signature."""
    manifest = json.loads(here["manifest.json"])
    ids = manifest["slip_ids"]
    named = [manifest[field] for field in ("code", "place", "printer_key")]
    if named != [record["code"], place["place"], record["printer_key"]]:
        yield "票根清单是别的社区、别的测评或别的制票密钥的"
    text = json.dumps(record["terms"], sort_keys=True, ensure_ascii=False, indent=1)
    if manifest["terms"] != (terms := sha256(f"{text}\n".encode())):
        yield "关票记录里的测评办法（方面、权重、选项、分值、问法）不是票上的那一份"
    if ids != sorted(set(ids)) or not all(map(HEX.fullmatch, ids)):
        yield "票根清单里有重复的、乱序的或不成样子的票"
    most = len(ids) if place["entitled"] is None else place["entitled"]
    if not len(ids) == manifest["count"] == place["issued"] <= most:
        yield f"发票数对不上，或多于户数、人数：清单 {len(ids)}，记录 {place['issued']}"
    void = place.get("voided", [])
    if void != sorted(set(void) & set(ids)) or place["ballots"] > len(ids) - len(void):
        yield "作废的票不在票根清单里，或收票多于没作废的票"
    root = merkle_root([bytes.fromhex(slip_id) for slip_id in ids]).hex()
    if not root == manifest["root"] == place["root"]:
        yield "票根清单的总指纹（根）对不上"
    said = f"manifest|{record['code']}|{place['place']}|{len(ids)}|{root}|{terms}"
    if not is_signed(said.encode(), manifest["signature"], record["printer_key"]):
        yield "票根清单的签名不对"


def check_lists(here: Files, record: Fields, place: Fields) -> Iterator[str]:
    """Every list that has ten rows and no other; each says what it should."""
    named, items = record["terms"]["dimensions"], place["items"]
    ballots = place["ballots"]
    lists = {d["id"]: (record["terms"]["scale"], ballots) for d in named}
    lists["used"] = [{"id": "phone"}, {"id": "paper"}], ballots
    lists |= {i["id"]: (record["items"]["scale"], i["answered"] or 0) for i in items}
    is_one_each = len(lists) == len(named) + 1 + len(items)
    if not is_one_each or max(length for _, length in lists.values()) > ballots:
        yield "有一项的回答多于收票数，或两项同名"
    shown = sorted(n for n, (_, length) in lists.items() if length >= PUBLISHED_FROM)
    names = {f"{name}.csv" for name in shown}
    if set(here) - {"manifest.json"} != names or set(place.get("files", ())) != names:
        yield f"应公布 {len(names)} 份清单（收票 {ballots} 张），实际不是这些"
        return
    for name in shown:
        (scale, length), file = lists[name], here[f"{name}.csv"]
        if sha256(file) != place["files"][f"{name}.csv"]:
            yield f"{name}.csv 和关票记录里的指纹不一致"
        for said in check_rows(rows(file, name), scale, length, place["totals"][name]):
            yield f"{name}.csv {said}"
    made = set(json.loads(here["manifest.json"])["slip_ids"])
    used = {slip for slip, _ in rows(here["used.csv"], "used")} if shown else set()
    for slip_id in sorted(used - (made - set(place.get("voided", [])))):
        yield f"投过的票里有没发过或已作废的票：{slip_id[:16]}…"


def check_rows(pairs: Rows, scale: Any, length: int, totals: Fields) -> Iterator[str]:
    """One row for everybody who said something, nothing twice, totals as said."""
    keys, chosen = [key for key, _ in pairs], [value for _, value in pairs]
    if len(keys) != length or keys != sorted(set(keys)):
        yield f"有 {len(keys)} 行，应有 {length} 行，或有重复、乱序"
    said = {option["id"]: chosen.count(option["id"]) for option in scale}
    if said != totals or sum(said.values()) < len(chosen):
        yield "数出来的合计和关票记录不一致，或有选项以外的内容"


def rows(file: bytes, name: str) -> Rows:
    """The pairs of a list below its header."""
    header = "slip_id,entered" if name == "used" else "check_code,score"
    first, *rest = file.decode("ascii").split("\n")
    if first != header or rest[-1:] != [""]:
        raise ValueError(name)
    return [row.split(",") for row in rest[:-1]]


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        up = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in pairs]
        level = up + level[len(up) * 2 :]
    return level[0] if level else hashlib.sha256().digest()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_signed(message: bytes, signature: str, key: str) -> bool:
    """Whether the Ed25519 signature holds; True where no openssl can tell."""
    return openssl_says(message, signature, key) or not openssl_says(*KNOWN)


def openssl_says(message: bytes, signature: str, key: str) -> bool:
    """What the openssl command says of an Ed25519 signature; False without one."""
    if (openssl := shutil.which("openssl")) is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        der = bytes.fromhex("302a300506032b6570032100" + key)  # RFC 8410
        parts = {"-inkey": der, "-in": message, "-sigfile": bytes.fromhex(signature)}
        asked = [openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        for option, content in parts.items():
            (path := Path(folder, option)).write_bytes(content)
            asked += [option, str(path)]
        return not subprocess.run(asked, capture_output=True, check=False).returncode  # noqa: S603 -- fixed words


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="重算一次公开的满意度测评")
    parser.add_argument("folder", type=Path, help="公开材料的文件夹")
    parser.add_argument("--digest", required=True, help="公告栏上的关票记录指纹")
    parser.add_argument("--fingerprint", required=True, help="公告栏上的制票密钥指纹")
    given = parser.parse_args(arguments)
    posted = ["".join(x.split()).lower() for x in (given.digest, given.fingerprint)]
    if not given.folder.is_dir() or not all(map(HEX.fullmatch, posted)):
        parser.error("文件夹不存在，或指纹不是 64 个字符（可以有空格）")
    found = [path for path in given.folder.rglob("*") if path.is_file()]
    files = {p.relative_to(given.folder).as_posix(): p.read_bytes() for p in found}
    findings = verify(files, *posted)
    if not openssl_says(*KNOWN):
        sys.stdout.write(UNCHECKED + "\n")
    sys.stdout.writelines(f"不符：{finding}\n" for finding in findings)
    sys.stdout.write("有不符，见上。\n" if findings else "全部相符。\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
