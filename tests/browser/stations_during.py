"""From the first answer to the disclosure."""

from playwright.sync_api import Page

from tests.browser.journey import (
    LETTER,
    PLAN,
    REPLY,
    REPORT,
    STATEMENT,
    TITLE,
    Journey,
)

REMARK = "路灯坏了三个月，晚上老人不敢出门。"


def a_resident_answers(journey: Journey) -> None:
    """Too many ticks first: told in place, everything kept; then it falls in."""
    with journey.phone() as phone:
        phone.opens(journey.entrance)
        phone.follows("填一份问卷")
        phone.ticks(overall="bad", errand="failed")
        for wish in ("clean", "roads", "water", "safety"):
            phone.ticks(first=wish)
        phone.writes(more=REMARK)
        phone.presses("封好，投进意见箱")
        assert phone.status == 422
        assert phone.page.locator("#first .err, #first-error").count() >= 1
        assert phone.page.input_value("[name=more]") == REMARK
        assert ticked(phone.page) == {"bad", "failed", "clean", "roads", "water"} | {
            "safety"
        }
        phone.page.uncheck("input[name=first][value=safety]", force=True)
        phone.presses("封好，投进意见箱")
        assert "投进意见箱了" in phone.words


def ticked(page: Page) -> set[str]:
    return {str(box.get_attribute("value")) for box in page.locator(":checked").all()}


def a_resident_writes(journey: Journey) -> None:
    """An empty letter first; then the letter, its receipt, and where it is."""
    with journey.phone() as phone:
        phone.opens(journey.entrance)
        phone.follows("写一封信")
        phone.ticks(category="property")
        phone.writes(contact="000-1111")
        phone.presses("封好，投进意见箱")
        assert phone.status == 422
        assert "还没有写内容" in phone.page.inner_text("#text-error")
        assert phone.page.input_value("[name=contact]") == "000-1111"
        assert ticked(phone.page) == {"property"}
        phone.writes(text=LETTER)
        phone.presses("封好，投进意见箱")
        assert "收好这张回执" in phone.words
        journey.receipt = phone.page.inner_text(".slip code")
        phone.follows("现在试一试，查一次")
        phone.writes(receipt=journey.receipt)
        phone.presses("看看办到哪一步了")
        assert "信在意见箱里" in phone.words


def the_letterbox_is_opened(journey: Journey) -> None:
    """Before its hour, by two, for a reason that is logged."""
    office, chief = journey.desk("office"), journey.desk("chief")
    office.opens("/desk/letterbox")
    office.presses("请求开箱")
    assert "请写明为什么" in office.words
    office.writes(reason="有人电话说起火险")
    office.presses("请求开箱")
    assert "等另一位同意" in office.words
    chief.opens("/desk/letterbox")
    chief.presses("同意，现在开箱")
    assert "取出 2 件" in chief.words
    assert "有人电话说起火险" in chief.words


def the_letter_is_read_and_answered(journey: Journey) -> None:
    """The member opens it with their key; the log says who; the recused see none."""
    journey.moves_on("reviewing")
    member = journey.desk("member")
    member.opens("/desk/letters")
    member.follows("云溪社区", within=".rows")
    assert LETTER not in member.words
    member.presses("拆信")
    assert LETTER in member.words
    member.page.locator("summary", has_text="回话").click()
    member.writes(reply=REPLY)
    member.presses("封好，发出回话")
    assert "回话已经封好" in member.words
    cousin = journey.desk("cousin")
    cousin.opens("/desk/letters")
    assert "云溪社区" not in cousin.words
    office = journey.desk("office")
    office.opens("/desk/audit?action=letter.read")
    assert "member" in office.page.inner_text("tbody tr >> nth=0")


def a_problem_is_established(journey: Journey) -> None:
    """The letter's own words are refused; one's own are approved by another."""
    member = journey.desk("member")
    member.follows("成立问题")
    member.writes(title=TITLE, statement=LETTER)
    member.ticks(severity="serious")
    member.presses("存为草稿")
    assert member.status == 422
    assert "和来信的原话一样" in member.words
    assert member.page.input_value("[name=title]") == TITLE
    member.writes(statement=STATEMENT)
    member.presses("存为草稿")
    assert "请另一位同事核定" in member.words
    assert member.page.get_by_role("button", name="核定").count() == 0
    mate = journey.desk("mate")
    mate.opens("/desk/findings")
    mate.follows(TITLE)
    mate.presses("核定")
    assert "已核定" in mate.words


def the_resident_reads_the_reply(journey: Journey) -> None:
    """By the receipt and nothing else."""
    with journey.phone() as phone:
        phone.opens("/receipt")
        phone.writes(receipt=journey.receipt.replace(" ", ""))
        phone.presses("看看办到哪一步了")
        assert "巡察组正在办" in phone.words
        assert REPLY in phone.words
        assert LETTER not in phone.words


def the_problem_is_handed_over(journey: Journey) -> None:
    """The unit sees the team's words and never the letter's."""
    journey.moves_on("rectifying")
    office = journey.desk("office")
    office.opens("/desk/handovers")
    office.follows("交办")
    office.ticks(route="immediate")
    office.chooses(receiver="云溪街道办事处")
    office.presses("交办")
    assert "已交办" in office.words
    street = journey.desk("street")
    street.opens("/desk/assignments")
    street.follows(TITLE)
    assert STATEMENT in street.words
    assert LETTER not in street.words
    street.presses("签收")
    assert "已签收" in street.words


def it_is_rectified_and_checked(journey: Journey) -> None:
    """Plan, meeting, report, each reviewed; then the team looks for itself."""
    street, office = journey.desk("street"), journey.desk("office")
    for text in (PLAN, "三月五日开了专题会，街道办、物业参加，逐条认领。", REPORT):
        street.opens("/desk/assignments")
        street.follows(TITLE)
        street.writes(text=text)
        street.presses("上报")
        assert "已上报" in street.words
        office.opens("/desk/rectification")
        office.follows(TITLE)
        office.ticks(verdict="accepted")
        office.presses("发出审核意见")
        assert "审核意见已发" in office.words
    member = journey.desk("member")
    member.opens("/desk/findings")
    member.follows(TITLE)
    member.ticks(outcome="fixed")
    member.presses("记下核查结果")
    assert "核查结果已记下" in member.words


def it_is_disclosed(journey: Journey) -> None:
    """The office publishes it; the resident reads it behind the same code."""
    office = journey.desk("office")
    office.opens("/desk/disclosures")
    office.follows("写公示")
    assert office.page.input_value("[name=measures]") == PLAN
    office.writes(problem="三栋的消防通道长期停满电动车。")
    office.presses("公示")
    assert "已公示" in office.words
    journey.moves_on("disclosing")
    with journey.phone() as phone:
        phone.opens(journey.entrance)
        phone.follows("看看改了什么")
        for said in ("三栋的消防通道长期停满电动车。", PLAN, REPORT, "谁说改好了"):
            assert said in phone.words
        assert LETTER not in phone.words
