"""日志: who did what, newest first, and whether the chain is whole."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from portal.intake.records import LetterState
from portal.kernel import audit
from portal.kernel.audit import AuditEntry
from portal.kernel.clock import BEIJING
from portal.people import Permission
from portal.web.desk.words import PHASES
from portal.web.guards import desk
from portal.web.rendering import gettext as _
from portal.web.rendering import page_url, render
from portal.web.request import db

bp = Blueprint("audit", __name__, url_prefix="/audit")

PAGE = 50  # entries
CHECKED_AT_ONCE = 5000  # entries; a longer chain is checked when asked for

ACTIONS = {
    "round.plan": "拟定轮次",
    "round.places": "选定社区",
    "round.advance": "推进阶段",
    "round.purge": "销毁居民写的话",
    "team.form": "组建巡察组",
    "team.join": "加入巡察组",
    "team.leave": "移出巡察组",
    "team.places": "分配社区",
    "recusal.add": "登记回避",
    "recusal.lift": "撤销回避",
    "key.grant": "补钥匙",
    "key.rotate": "换锁",
    "code.issue": "发二维码",
    "code.printed": "标记二维码已印",
    "code.posted": "标记二维码已贴",
    "code.rotate": "换二维码",
    "code.withdraw": "停用二维码",
    "channel.change": "修改渠道",
    "place.import": "导入社区名单",
    "place.edit": "修改社区",
    "checklist.draft": "存清单草稿",
    "checklist.rename": "改清单名称",
    "checklist.reword": "改清单要点",
    "checklist.publish": "发布清单",
    "checklist.discard": "删去清单草稿",
    "checklist.retire": "停用清单",
    "checklist.restore": "恢复清单",
    "questionnaire.draft": "存问卷草稿",
    "questionnaire.edit": "改问卷草稿",
    "questionnaire.publish": "发布问卷",
    "questionnaire.discard": "删去问卷草稿",
    "questionnaire.retire": "停用问卷",
    "questionnaire.restore": "恢复问卷",
    "questionnaire.choose": "选轮次的问卷",
    "questionnaire.correct": "更正问卷错别字",
    "staff.register": "开账号",
    "staff.deactivate": "停用账号",
    "staff.activate": "恢复账号",
    "staff.reset": "重设密码",
    "recovery.renew": "重做恢复份额",
    "staff.sign_in": "登录",
    "staff.password": "改密码",
    "letterbox.ask": "请求开箱",
    "letterbox.take_back": "撤回开箱请求",
    "urgent.open": "取出紧急的信",
    "letterbox.open": "开箱",
    "letter.read": "拆阅来信",
    "letter.reply": "回复来信",
    "letter.note": "记组内备注",
    "letter.move": "改来信状态",
    "picture.read": "查看照片",
    "contact.read": "查看联系方式",
    "remarks.read": "查看问卷留言",
    "finding.write": "起草问题",
    "finding.draft": "退回问题",
    "finding.evidence": "把来信归到问题",
    "finding.reporter": "登记反映人确认",
    "finding.approved": "核定问题",
    "finding.handed_over": "交办问题",
    "finding.signed": "签收问题",
    "finding.reported": "上报整改",
    "finding.fixed": "核查通过",
    "finding.disputed": "边改边犯，重新打开",
    "spotcheck.list": "定抽查名单",
    "spotcheck.discard": "撤掉抽查名单",
    "spotcheck.draw": "抽签",
    "spotcheck.fixed": "回访：改好了",
    "spotcheck.partly": "回访：改了一部分",
    "spotcheck.not_fixed": "回访：没改",
    "rectification.plan.filed": "上报整改方案",
    "rectification.plan.accepted": "通过整改方案",
    "rectification.plan.returned": "退回整改方案",
    "rectification.meeting.filed": "上报专题会",
    "rectification.meeting.accepted": "通过专题会",
    "rectification.meeting.returned": "退回专题会",
    "rectification.report.filed": "上报整改报告",
    "rectification.report.accepted": "通过整改报告",
    "rectification.report.returned": "退回整改报告",
    "figures.settle": "结算问卷结果",
    "disclosure.publish": "公示",
    "disclosure.withdraw": "撤回公示",
    "vote.prepare": "准备测评",
    "vote.revise": "改测评办法",
    "vote.mode": "选入户票或开放评价",
    "vote.ask_items": "定下逐项问改好没有的问题",
    "vote.enrol": "登记干部人数",
    "vote.post_manifest": "上传票根清单",
    "vote.assign": "登记制票、发放、监票人",
    "vote.draw": "抽验选票",
    "vote.hand_out": "登记发放张数",
    "vote.open": "开始投票",
    "vote.agree": "同意关票",
    "vote.count": "开票",
    "vote.countersign": "会签",
}

STEPS = {
    **{phase.value: name for phase, name in PHASES.items()},
    LetterState.UNREAD.value: "未拆",
    LetterState.WORKING.value: "在办",
    LetterState.ASKED.value: "等回话",
    LetterState.PASSED_ON.value: "已转",
    LetterState.CLOSED.value: "已结",
    "set hour": "到点自动",
}


@bp.get("")
@desk(Permission.READ_AUDIT)
def page() -> ResponseReturnValue:
    """One page of the log, all or of one person or kind of act."""
    actor = request.args.get("actor", "").strip()
    action = request.args.get("action", "")
    wanted = select(AuditEntry)
    if actor:
        wanted = wanted.where(AuditEntry.actor == actor)
    if action:
        wanted = wanted.where(AuditEntry.action == action)
    total = db().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = wanted.order_by(AuditEntry.number.desc()).limit(PAGE)
    return render(
        "desk/audit/page.html",
        entries=list(db().scalars(rows.offset((number - 1) * PAGE))),
        chain=_chain(),
        actor=actor,
        action=action,
        actions=[("", _("全部")), *ACTIONS.items()],
        words=ACTIONS,
        told=_told,
        zone=BEIJING,
        pages=pages,
        number=number,
        earlier=_address(number - 1, actor, action) if number > 1 else None,
        later=_address(number + 1, actor, action) if number < pages else None,
    )


def _told(entry: AuditEntry) -> str:
    """The reason, its phases and states in words."""
    steps = entry.reason.split(" → ")
    return " → ".join(_(STEPS.get(step, step)) for step in steps)


def _address(number: int, actor: str, action: str) -> str:
    return page_url("desk.audit.page", page=number, actor=actor, action=action)


def _chain() -> dict[str, object]:
    """The head, and the first broken entry where the chain was checked."""
    head = audit.head(db())
    length = head.number if head else 0
    is_checked = length <= CHECKED_AT_ONCE or "check" in request.args
    return {
        "head": head.hash if head else "",
        "length": length,
        "is_checked": is_checked,
        "first_break": audit.first_break(db()) if is_checked else None,
    }
