"""Questionnaires on the desk: counts for the team, texts behind the key."""

from sqlalchemy import select

from portal.intake.receive import receive_answers
from portal.kernel.audit import AuditEntry
from portal.questionnaires.frozen import questionnaire_of
from portal.rounds import keys as round_keys
from tests.makers import make_arrival
from tests.web.desk.scenes import Office

WORDS = "活动室从来不开门，钥匙在书记家里。"


def answers(office: Office, code: str, *, text: str = "", **ticks: str) -> None:
    """Fill a questionnaire in with what is asked and one text."""
    session = office.fresh()
    frozen = questionnaire_of(session, office.scene.cast.round_id)
    arrival = make_arrival(session, code)
    definition = frozen.definition_for(arrival.entrance.facts)
    posted = {
        item.id: [item.options[0].id]
        for item in definition.questions
        if item.required and item.options and not item.rows
    }
    for item in definition.questions:
        if item.required:
            posted |= {field: [item.options[0].id] for _, field in item.row_fields}
    longtext = next(i.id for i in definition.questions if i.type == "longtext")
    posted |= {longtext: [text], **{name: [value] for name, value in ticks.items()}}
    receive_answers(
        session,
        office.scene.house.door,
        arrival=arrival,
        revision=frozen.revision,
        posted=posted,
    )


def opened(office: Office, *texts: str) -> None:
    for text in texts:
        answers(office, office.scene.cast.yunxi, text=text)
    office.scene.session.commit()
    office.scene.house.open_letterbox(by="office", reason="test")


def test_the_page_counts_by_community_and_channel_without_texts(
    office: Office,
) -> None:
    opened(office, WORDS, "")
    page = office.desk("member").opens("/desk/remarks")
    assert "云溪社区 2 2" in page.words
    assert "小区业主群" in page.words
    assert "1 条" in page.words
    assert WORDS not in page.words


def test_texts_are_unsealed_by_question_and_logged(office: Office) -> None:
    opened(office, WORDS)
    page = office.desk("member").sends("/desk/remarks/999001001001", at="/desk/remarks")
    assert WORDS in page.words
    entry = (
        office.fresh()
        .scalars(select(AuditEntry).where(AuditEntry.action == "remarks.read"))
        .one()
    )
    assert (entry.actor, entry.reason) == ("member", "1")


def test_a_community_of_another_team_is_not_found(office: Office) -> None:
    opened(office, WORDS)
    stranger = office.desk("stranger")
    assert "云溪社区" not in stranger.opens("/desk/remarks").words
    stranger.sends("/desk/remarks/999001001001", at="/desk/letters", status=404)
    office.desk("recused").sends(
        "/desk/remarks/999001001201", at="/desk/remarks", status=404
    )
    office.desk("office").opens("/desk/remarks", status=403)


def test_without_a_key_the_page_says_what_to_do(office: Office) -> None:
    opened(office, WORDS)
    mate = office.desk("mate")
    round_keys.withdraw(
        office.scene.house.keystore,
        office.scene.cast.round_id,
        office.scene.place_id("999001001001"),
        office.scene.cast.mate.staff_id,
    )
    page = mate.sends("/desk/remarks/999001001001", at="/desk/remarks", status=403)
    assert "您手里还没有这个社区的钥匙" in page.words
    assert WORDS not in page.words
