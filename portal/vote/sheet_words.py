"""What is printed on a slip, and what of it differs with who votes."""

from dataclasses import dataclass

from portal.vote.election import Electorate

FOLDS = ("①向后折", "②向前折")
PRIVATE = "请自己拆开。不要给别人看，不要拍照发群。"
SECRET = "选票密码（没有字母 I、L、O、U）"  # noqa: S105 -- the words above it
CHECKS = "核对码（投票后、公布后都和它对）"
NUMBER = "票号"
ASIDE = "领票只登记领了，不登记票号。"
STEPS = (
    "一、手机扫二维码；或者打开二维码上面的网址，输入 16 个字符的选票密码。",
    "二、每个方面各选一项，核对后提交。截止前可以重投，以最后一次为准。",
    "三、留好这张票。公布后到公告栏或网站，用核对码查自己的每一项评价。",
)
PROMISE = (
    "不记名。截止前谁也看不到结果；截止后由两个人一起开票，选票随即销毁。"
    "收回满 10 张的社区，核对码和评价全部公布，人人都能重算；不满 10 张的只公布张数。"
)
LIMITS = (
    "不能保证的：制票的人知道过这些字符；扫码软件看得到二维码的内容；"
    "票被别人拿走，就等于被别人投了；拿到这张票的人，查得到它怎么投的。"
    "投完不想让人查，可以撕掉。"
)
PRINTER = "制票密钥指纹："
SEALING = "封票：沿①向后折，沿②向前折，右边贴封签。"
OUTSIDE = (*FOLDS, NUMBER, ASIDE, SEALING)
INSIDE = (PRIVATE, SECRET, CHECKS, *STEPS, PROMISE, LIMITS, PRINTER)
COMMON = (*OUTSIDE, *INSIDE)


@dataclass(frozen=True)
class Words:
    """What differs with who votes."""

    title: str
    one_each: str
    promise: str


WORDS = {
    Electorate.RESIDENTS: Words("满意度测评选票", "一户一张。", "一户一票，"),
    Electorate.CADRES: Words(
        "干部测评票",
        "一人一张，发给干部本人。",
        "一人一票，只算干部，不并入居民满意度，",
    ),
}
