"""Rules for numbers: identity, card, telephone, plate, account, mail."""

from collections.abc import Sequence

from portal.intake.hints.rules import Check, Kind, Rule

_NOT_PRIVATE = (
    "(?:热线|客服|值班|监督|举报|服务|咨询|投诉|公开)(?:电话|号码)?[^0-9]{0,4}$"
)
_RUNNING_NUMBER = (
    "(?:单号|订单|编号|户号|发票|案号|文号|流水号?|条码|表号|合同号?)[^0-9]{0,4}$"
)

NUMBERS: Sequence[Rule] = (
    # GB 11643-1999: 6 digits of the area, 8 of the birthday, 3, check (MOD 11-2)
    Rule(
        Kind.IDENTITY,
        "<0>([1-8](?:<->[0-9]){16}<->[0-9x])(?![0-9a-z])",
        check=Check.MOD_11_2,
    ),
    # behind the word also what was mistyped, and the fifteen digits of before 1999
    Rule(
        Kind.IDENTITY,
        "((?:身份证|证件)(?:号码?)?[^0-9.|]{0,5})([1-9]"
        "(?:[ -]?[0-9]){14,17}[0-9x]?)(?![0-9])",
    ),
    # ISO/IEC 7812-1: issuer, account, check digit (Luhn); UnionPay 62, 16 to 19 digits
    Rule(
        Kind.CARD,
        "<0>([3-69](?:[ -]{0,2}[0-9]){15,18})(?![0-9])",
        unless=_RUNNING_NUMBER,
        check=Check.LUHN,
    ),
    Rule(
        Kind.CARD,
        "((?:卡号?|[账帐][号户]|存折|一卡通)[^0-9a-z.|]{0,6})"
        "([0-9](?:[ -]{0,2}[0-9]){11,20})(?![0-9])",
        unless="支付宝[^0-9]{0,6}$",
    ),
    # 电信网编号计划: mobile 1[3-9] and 9 more; fixed lines 0 + area code
    Rule(
        Kind.PHONE,
        r"<0>((?:\+?(?:00)?\(?\+?86\)?<->)?1<->[3-9](?:<->[0-9]){9})(?![0-9])",
        unless=_RUNNING_NUMBER,
        needs="1",
    ),
    Rule(
        Kind.PHONE,
        r"<0>(\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?<->[2-8](?:[ -]?[0-9]){6,7})(?![0-9]"
        r"|-[0-9])",
        unless=_NOT_PRIVATE,
        needs="0",
    ),
    Rule(
        Kind.PHONE,
        "((?:电话|座机|固话|联系方式|tel)[^0-9.,|]{0,6})([2-8][0-9]{2,3}[ -]?[0-9]{4})"
        "(?![0-9元个])",
        unless=_NOT_PRIVATE,
    ),
    # GA 36-2018: province, letter, five signs, six on new-energy plates
    Rule(
        Kind.PLATE,
        "()([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-"
        "z][ .·•-]{0,2}"
        r"(?=[a-z]{0,5}[ -]?[a-z]{0,4}[0-9])(?:[a-z0-9][ \-]?){4,5}[a-z0-9挂学警领港"
        r"澳])(?![a-z0-9])",
    ),
    Rule(
        Kind.PLATE,
        "((?:车牌|牌照)(?:号码?)?(?:尾号)?[是为:,]?[^a-z0-9.,|]{0,3})"
        "((?=[a-z]{0,4}[0-9])[a-z0-9][a-z0-9·-]{3,6})(?![a-z0-9年月日元])",
        travels=False,
    ),
    Rule(
        Kind.MAIL,
        r"()([a-z0-9._%+\-]{1,64} ?(?:@|\(at\)|艾特) ?[a-z0-9\-]{1,40}"
        r"(?:\.[a-z0-9\-]{1,20}){1,4})",
        needs="@tT艾",
    ),
    # WeChat: a letter, then 5 to 19 letters, digits, _ or -; QQ: 5 to 11 digits
    Rule(
        Kind.ACCOUNT,
        "((?:微信|(?:^|[^a-z])(?:wx|vx|v(?=[: ]))|[薇威v]信|weixin|wechat|qq"
        "|[q扣][扣号]"
        "|抖音|快手|支付宝)"
        "(?:账号|帐号|号码?|id|是|为|叫|搜|加|:|,| ){0,4})"
        "([a-z][a-z0-9_-]{5,19}|[1-9][0-9]{4,10}"
        "(?![0-9.]{0,9}[0-9元块年月日个点%万笔]))(?![a-z0-9@])",
        needs="微薇威wWvVqQ扣抖快支",
    ),
)
