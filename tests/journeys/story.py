"""What is told in every journey: the places, the words, and how the votes go."""

from typing import Any

from portal import vote

YUNXI, LIUTANG, CHANGDONG = "999001001001", "999001001201", "999001002001"
PLACES = f"""行政区划代码,行政区划名称,城乡分类,户数,社区类型
999001001000,云溪街道,,,
999001002000,厂前街道,,,
{YUNXI},云溪社区,111,412,
{LIUTANG},柳塘村委会,220,260,涉农社区
{CHANGDONG},厂东社区,111,38,城市社区、厂居社区
"""
LETTER = "三栋门口的电动车占道半年了，消防通道堵死，物业三次没人管。"
REPLY = "收到。组里周三下午去现场看过，正在督促物业清理。"
TITLE = "云溪社区三栋消防通道长期被占"
STATEMENT = "现场核查：通道两侧停放非机动车约二十辆，物业巡查无记录。"
PLAN = "月底前划线设桩，建充电棚，由街道办物业科负责。"
REPORT = "充电棚建成，通道清空，物业每日巡查有记录。"

NAMES = {YUNXI: "云溪社区", LIUTANG: "柳塘村委会"}  # who gets slips
PARTS = ("s1", "s2", "s3", "s4")
BALLOTS = 12  # of 云溪; 柳塘 stays below ten
SCORES = ("satisfied", "mostly", "fair", "dissatisfied", "unknown", "satisfied")


def scores_of(number: int) -> dict[str, str]:
    """Six scores that differ from voter to voter."""
    ids = [dimension.id for dimension in vote.DEFAULT_TERMS.dimensions]
    return {d: SCORES[(number + i * i) % len(SCORES)] for i, d in enumerate(ids)}


def in_parts(secret: str) -> dict[str, Any]:
    """A slip's secret as it is typed: four boxes of four."""
    return {name: secret[i * 4 : i * 4 + 4] for i, name in enumerate(PARTS)}
