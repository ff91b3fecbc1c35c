"""A fictional notice to print."""

from datetime import date

from portal.posters.words import Notice

ADDRESS = "https://XC.EXAMPLE.GOV.CN/Q/C6SNQH41"
NOTICE = Notice(
    address=ADDRESS,
    host="xc.example.gov.cn",
    letters="C6SN QH41",
    place="云溪社区",
    label="3栋1单元电梯",
    inspector="示例区委巡察组",
    round_name="示例区 2026 年第二轮巡察",
    hotline="010-00000000（演示号码，打不通）",
    hours="工作日 9:00—12:00、14:00—17:30",
    letter_box="示例区政务中心一楼大厅左侧意见箱",
    opening_hours="8、12、18 点",
    closes_on=date(2026, 12, 23),
)
