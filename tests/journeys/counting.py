"""What is done with slips and files away from the server: printing and recounting."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from tests.journeys.paper import PaperSlip, slips_on
from tests.journeys.story import NAMES


def print_slips(
    papers: Path, base_url: str, patch: pytest.MonkeyPatch
) -> dict[str, list[PaperSlip]]:
    """The real command, away from any installation; slips as they lie on paper."""
    patch.setenv("PORTAL_INSTANCE", str(papers / "nowhere"))
    found = {}
    for place, name in NAMES.items():
        words = ["slips", "--round", "2026-1", "--round-name", "示例区第一轮巡察"]
        words += ["--place", place, "--place-name", name, "--count", "20"]
        words += ["--base-url", base_url]
        words += ["--key", str(papers / "printer.key")]
        said = CliRunner().invoke(main, [*words, "--out", str(papers)])
        assert said.exit_code == 0, said.output
        found[place] = slips_on((papers / f"{place}.pdf").read_bytes())
    assert not (papers / "nowhere").exists()
    return found


@dataclass(frozen=True)
class Recount:
    """Somebody with the published folder, the verifier and what hangs on paper."""

    folder: Path
    verifier: Path
    digest: str
    fingerprint: str

    def exits(self) -> tuple[int, int]:
        """Exit status of the downloaded program, and of the command."""
        posted = ["--digest", self.digest, "--fingerprint", self.fingerprint]
        alone = [sys.executable, "-I", str(self.verifier), str(self.folder), *posted]
        ran = subprocess.run(alone, capture_output=True, check=False)
        ours = CliRunner().invoke(main, ["verify", str(self.folder), *posted])
        return ran.returncode, ours.exit_code

    def is_fooled_by_a_changed_score(self, place: str) -> bool:
        """Whether a score changed in the files goes unnoticed."""
        list_ = self.folder / place / "effect.csv"
        list_.write_text(list_.read_text().replace("dissatisfied", "satisfied", 1))
        return self.exits() != (1, 1)
