"""Files become places, all or nothing; importing again updates."""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import InvalidError, NotFoundError
from portal.places import (
    Attention,
    Branch,
    ImportReport,
    Kind,
    Level,
    Place,
    PlacesFileError,
    Trait,
    abolished_places,
    communities,
    communities_under,
    edit_place,
    first_guess,
    get_place,
    import_places,
    place_tree,
    read_files,
    streets,
)
from tests.makers import in_memory

HEADER = "行政区划代码,行政区划名称,城乡分类"
FULL = f"{HEADER},户数,常住人口,社区类型,关注等级"
NATIONAL = Path(__file__).parents[3] / "shared" / "data" / "places"


@pytest.fixture
def session() -> Iterator[Session]:
    with in_memory("place") as session:
        yield session


def bring(session: Session, *lines: str, header: str = HEADER) -> ImportReport:
    text = "\n".join([header, *lines])
    return import_places(session, [("名单.csv", text.encode())])


def codes(places: list[Place]) -> list[str]:
    return [place.code for place in places]


def everything(session: Session) -> list[tuple[object, ...]]:
    return [
        (one.code, one.name, one.kind, one.trait, one.households, one.is_abolished)
        for one in session.scalars(select(Place).order_by(Place.code))
    ]


def test_streets_and_the_district_come_from_the_code(session: Session) -> None:
    report = bring(session, "510904114200,大柏林村村民委员会,122")
    assert report == ImportReport(1, 0, 0, 0, streets_made=1)
    village = get_place(session, "510904114200")
    assert village.parent is not None
    assert (village.parent.name, village.parent.level, village.parent.needs_name) == (
        "街道 510904114（请改名）",
        Level.STREET,
        True,
    )
    district = village.parent.parent
    assert district is not None
    assert (district.code, district.name, district.level, district.parent) == (
        "510904000000",
        "区县 510904（请改名）",
        Level.DISTRICT,
        None,
    )


def test_rows_of_streets_and_districts_give_their_names(session: Session) -> None:
    bring(session, "999101001001,云溪社区,111")
    report = bring(
        session,
        "999101001002,溪口社区,111",
        "999101001000,云溪街道,",
        "999101000000,示例区,",
    )
    assert report == ImportReport(1, 2, 0, 0, streets_made=0)
    assert [one.name for one in streets(session)] == ["云溪街道"]
    assert not get_place(session, "999101000000").needs_name


def test_abolished_places_are_kept_and_never_offered(session: Session) -> None:
    report = bring(
        session, "999101001200,旧塘村 [已撤销],220", "999101001201,新塘村,220"
    )
    assert report == ImportReport(1, 0, 1, 0, streets_made=1)
    assert codes(communities(session)) == ["999101001201"]
    assert codes(abolished_places(session)) == ["999101001200"]
    assert get_place(session, "999101001200").name == "旧塘村"
    (district,) = place_tree(session)
    assert codes([one.place for one in district.below[0].below]) == ["999101001201"]
    assert codes(communities_under(session, district.place)) == ["999101001201"]


def test_a_tree_that_forgets_the_mark_would_be_noticed(session: Session) -> None:
    bring(session, "999101001200,旧塘村 [已撤销],220")
    leaky = session.scalars(select(Place).where(Place.level == Level.COMMUNITY))
    assert codes(list(leaky)) == ["999101001200"] != codes(communities(session))


def test_importing_again_updates_and_the_report_adds_up(session: Session) -> None:
    bring(
        session,
        "999101001001,云溪社区,111",
        "999101001002,溪口社区,111",
        "999101001003,清音社区,111",
        "999101001200,旧塘村 [已撤销],220",
    )
    report = bring(
        session,
        "999101001001,云溪新社区,111",
        "999101001002,溪口社区,111",
        "999101001003,清音社区 [已撤销],111",
        "999101001200,旧塘村 [已撤销],220",
        "999101001004,北苑社区,111",
    )
    assert report == ImportReport(1, 1, 1, 2, streets_made=0)
    assert sum(astuple(report)[:4]) == 5
    assert get_place(session, "999101001001").name == "云溪新社区"
    restored = bring(session, "999101001003,清音社区,111")
    assert restored == ImportReport(0, 1, 0, 0, streets_made=0)
    assert "999101001003" in codes(communities(session))


def test_the_same_file_twice_changes_nothing(session: Session) -> None:
    lines = ["999101001001,云溪社区,111,860,2300,城市社区、飞地,重点关注"]
    bring(session, *lines, header=FULL)
    before = everything(session)
    assert bring(session, *lines, header=FULL) == ImportReport(0, 0, 0, 1, 0)
    assert everything(session) == before


def test_empty_cells_and_missing_columns_keep_what_is_known(session: Session) -> None:
    bring(
        session,
        "999101001001,云溪社区,111,860,2300,涉农社区、飞地,风险隐患",
        header=FULL,
    )
    assert bring(session, "999101001001,云溪社区,111,,,,", header=FULL).unchanged == 1
    assert bring(session, "999101001001,云溪社区,111").unchanged == 1
    place = get_place(session, "999101001001")
    assert (place.kind, place.trait, place.attention) == (
        Kind.RURAL,
        Trait.EXCLAVE,
        Attention.RISK,
    )
    assert (place.households, place.residents) == (860, 2300)


def test_a_kind_chosen_on_screen_outlives_an_import_without_that_column(
    session: Session,
) -> None:
    bring(session, "999101001001,云溪社区,111")
    place = get_place(session, "999101001001")
    assert place.kind is Kind.URBAN
    edit_place(session, place, kind=Kind.RURAL, trait=Trait.EXCLAVE)
    bring(session, "999101001001,云溪社区,112")
    assert (place.kind, place.trait) == (Kind.RURAL, Trait.EXCLAVE)
    bring(session, "999101001001,云溪社区,112,,,城市社区,", header=FULL)
    assert (place.kind, place.trait) == (Kind.URBAN, None)


@pytest.mark.parametrize(
    ("code", "name", "urban_rural", "kind"),
    [
        ("330102016001", "笕桥社区", "111", Kind.URBAN),
        ("330102016011", "笕新社区", "112", Kind.RURAL),
        ("510904114001", "文兴社区居委会", "121", Kind.URBAN),
        ("510904114001", "文兴社区居委会", "122", Kind.RURAL),
        ("510904114001", "矿区社区", "123", Kind.URBAN),
        ("510904114001", "乡场社区", "210", Kind.RURAL),
        ("510904114200", "大柏林村", "111", Kind.RURAL),
        ("510904114002", "白马村民委员会", "111", Kind.RURAL),
        ("510904114003", "工人新村", "111", Kind.URBAN),
        ("510904114400", "园区社区", "111", Kind.URBAN),
        ("510904114500", "农场", "111", Kind.RURAL),
    ],
)
def test_the_first_guess_of_the_kind(
    code: str, name: str, urban_rural: str, kind: Kind
) -> None:
    assert first_guess(code, name, urban_rural) is kind


def test_one_wrong_row_in_one_of_two_files_imports_nothing(session: Session) -> None:
    bring(session, "999101001001,云溪社区,111")
    before = everything(session)
    good = f"{HEADER}\n999101001002,溪口社区,111".encode()
    bad = f"{HEADER}\n999101001001,改名社区,111\n9991010010,错,111".encode()
    with pytest.raises(PlacesFileError) as refused:
        import_places(session, [("甲.csv", good), ("乙.csv", bad)])
    assert [one.cell for one in refused.value.mistakes] == ["A3"]
    assert not session.new
    assert not session.dirty
    assert everything(session) == before


def test_an_importer_that_writes_as_it_reads_would_be_noticed(
    session: Session,
) -> None:
    bring(session, "999101001001,云溪社区,111")
    before = everything(session)
    good = f"{HEADER}\n999101001002,溪口社区,111".encode()
    for content in (good, b"broken"):  # the leaky twin: file by file
        try:
            import_places(session, [("甲.csv", content)])
        except PlacesFileError:
            continue
    assert everything(session) != before


def test_a_district_sees_all_its_communities_and_a_street_its_own(
    session: Session,
) -> None:
    bring(
        session,
        "999101001001,云溪社区,111",
        "999101002001,柳荫社区,111",
        "999102001001,别区社区,111",
    )
    one = get_place(session, "999101001001")
    assert codes(communities_under(session, get_place(session, "999101000000"))) == [
        "999101001001",
        "999101002001",
    ]
    street = get_place(session, "999101002000")
    assert codes(communities_under(session, street)) == ["999101002001"]
    assert communities_under(session, one) == [one]
    assert [root.place.code for root in place_tree(session)] == [
        "999101000000",
        "999102000000",
    ]
    assert place_tree(session)[1].below[0].below == [
        Branch(get_place(session, "999102001001"))
    ]


def test_edits_are_partial_and_checked_before_anything_changes(
    session: Session,
) -> None:
    bring(session, "999101001001,云溪社区,111,860,,,", header=FULL)
    place = get_place(session, "999101001001")
    edit_place(session, place, name="  云溪  社区 ", attention=Attention.FOCUS)
    assert (place.name, place.attention, place.households) == (
        "云溪 社区",
        Attention.FOCUS,
        860,
    )
    edit_place(session, place, households=None)
    assert place.households is None
    with pytest.raises(InvalidError, match="1 到 60 个字"):
        edit_place(session, place, name=" ", households=3)
    with pytest.raises(InvalidError, match="户数"):
        edit_place(session, place, name="改名", households=-1)
    with pytest.raises(InvalidError, match="请选择社区类型"):
        edit_place(session, place, name="改名", kind=None)
    with pytest.raises(InvalidError, match="只有社区才有"):
        edit_place(session, get_place(session, "999101001000"), kind=Kind.URBAN)
    assert (place.name, place.households, place.kind) == ("云溪 社区", None, Kind.URBAN)
    edit_place(session, get_place(session, "999101001000"), name="云溪街道")
    assert streets(session)[0].name == "云溪街道"


def test_an_unknown_code_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        get_place(session, "999101001001")


def test_both_national_files_become_places(session: Session) -> None:
    if not NATIONAL.is_dir():
        pytest.skip("the folder shared/data/places is not beside this checkout")
    files = [(file.name, file.read_bytes()) for file in sorted(NATIONAL.glob("*.csv"))]
    rows = read_files(files)
    gone = sum(row.is_abolished for row in rows)
    report = import_places(session, files)
    assert report == ImportReport(len(rows) - gone, 0, gone, 0, streets_made=2)
    assert codes(streets(session)) == ["330102016000", "510904114000"]
    assert len(communities(session)) == len(rows) - gone
    assert get_place(session, "510904114200").kind is Kind.RURAL
    assert get_place(session, "510904114001").kind is Kind.URBAN
    assert get_place(session, "330102016001").kind is Kind.URBAN
    again = import_places(session, files)
    assert again == ImportReport(0, 0, 0, len(rows), streets_made=0)
