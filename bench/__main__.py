"""`python -m bench`: every table, in one run, against its reference."""

import tempfile
from pathlib import Path

from bench import door, hints, house, posters, vote
from bench.candidates import side_by_side
from bench.pages import over_socket
from bench.weight import weigh


def main() -> None:
    """Measure in a temporary folder and print."""
    print(hints.table(), flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        stand = house.build(folder / "stand")
        for table in over_socket(stand):
            print(table, flush=True)
        print(side_by_side(stand), flush=True)
        print(weigh(folder), flush=True)
    for make in (posters.made_per_second, posters.what_limits, posters.who_reads):
        print(make(), flush=True)
    print(vote.table(), flush=True)
    door.main()


if __name__ == "__main__":
    main()
