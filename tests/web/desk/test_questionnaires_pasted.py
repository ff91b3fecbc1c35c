"""What is pasted and cannot be read is told by its lines, and the text stays."""

import pytest

from portal.questionnaires.pasted.reading import LONGEST
from tests.stages.test_questionnaires_pasted import HEAD, many
from tests.web.desk.scenes import Office
from tests.web.desk.test_questionnaires import INDEX, kept

ASKED = HEAD + "1. 怎么样？\n"


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (HEAD + many(10_000), "—", "这里有 10000 题"),
        ("字" * (LONGEST + 1), "—", "最多 200000 字"),
        (HEAD + "大家好", "—", "没有认出题目"),
        (ASKED + "A. 好\nB. " + "长" * 4000, "4", "这一行有 4003 字"),
        (ASKED + "A. 好\nB. " + "长" * 400, "4", "第 2 个选项：最多 120 字"),
        (ASKED + "A. 好\nB. 坏\u202e了", "4", "看不见的控制字符"),
        (ASKED + "A. 好\nB. 坏\nB. 坏极了", "5", "选项 B 前面已经有了"),
        (ASKED + "A. 好\nC. 坏", "4", "选项到 A 之后跳到了 C"),
        (HEAD + "A. 好\nB. 坏", "2", "选项上面没有题目"),
        (ASKED + "A. <b>好</b>\nB. 坏", "3", "不能有网页代码或网址"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_by_its_line_and_the_text_stays(
    office: Office, text: str, row: str, words: str
) -> None:
    page = office.desk("office").sends(f"{INDEX}/new", pasted=text, status=422)
    assert f'<td class="num">{row}</td>' in page.html
    assert words in page.words
    assert page.form["pasted"] == ["\n" + text]
    assert kept(office) == []
