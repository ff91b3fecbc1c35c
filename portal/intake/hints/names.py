"""Surnames, signs of given names, and everyday words that look like names.

Source: 百家姓 and the surnames most frequent in the national register (公安部户政管理
研究中心, yearly reports), less those that open an everyday word more often than a name
(和, 时, 经, 应, 从, 能, 党, 明 …). Rare surnames are missed on purpose. What travels to
every phone (`static/hints.js`) has to fit into its page: there, the commonest only.
"""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋"
    "余于杜叶程魏苏吕丁任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏付方白邹熊孟秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹申耿关兰焦俞柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲"
    "盛冉翁蓝骆路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司古吉卓代缪车项连芦麦"
    "褚娄窦戚岑景宫费卜冷晏卫席柏米宗瞿桂佟臧闵苟邬卞姬尧仇栾隋商沙荣巫桑郎甄丛仲虞敖"
    "佘查苑迟邝晁屠邰鞠荀简鄢谈水阎储池封洪赖左晋廉盖燕乐楚全强习"
)
DOUBLE = "欧阳|司马|诸葛|上官|皇甫|慕容|司徒|夏侯"
# Signs that do not stand in given names: there a name ends.
NO_GIVEN = (
    "的了是在不我你您他她它们这那哪谁什吗呢吧啊呀么都也就还又没和与及或把被给让叫对从到往"
    "个些很太最更较说问想要去过起住户村庄区县省镇乡街路巷弄号楼层组队室屋厅门店厂局委党"
    "员者啥咋嘛哦呗哟今昨租买卖修打做吃看听走跑收交拿等找请拆报投诉话费块日已再某后里外"
    "内间旁边左右下且但而因由使用出得着该每各另此很死病伤摔瘫退岗考读丢疼痛族"
)
# Signs no given name begins with: so 马路, 水管, 车位, 高压 are words, whoever reads.
NO_FIRST = (
    "上府桶末围转期密遭空压温速度血龄低价级菜色酒条辆位库主站祸票厢便案面式法装徽排置慰"
    "检务何意职分片套规驻客坯巾湖科事般亲独产顶头板油膏料灯口段候常刻额属融牌土久重格厉"
    "禁查肃惩处馨饱室工肥行项目圈决放释除答序件盲字凭业药贸忙机管道理网线闲包括办述领井"
    "律念单直易陋系键注停询账谈心表替购续夜锁封闭控量铺品观点烦木玩泳戏卡声谷底节话毕获"
    "眼帽款财苦术奶羊肉复养静步旧列愿止况灾竟例洞隙席光乱物棵管利泥塘渠源质稻蛋鞋肤算颈"
    "劲稼惯趣章盗势政洁款粮具胎棚皮糕线板条车盖司场栏圈贩匠箱坑坡块岸堤坝埋装运搬挖"
)
# Words whose second sign could also begin a name.
_WORDS = (
    "周一二三四五六天岁 高考兴中新峰 白天云 方向圆言 安全徽 任性 成都天立绩年功为人本 "
    "常年"
    "见 毛主 江苏西南北 万一元幸能达 单元身方人 房子东 石头子 平时房方 金水 黄昏金 许"
    "可 严明 "
    "解开答 程度 于今 向来阳前 文化明书 农民村田历合 华为东北 古代树建城 简历 关于心 "
    "商户人 "
    "景 季度 童年 荣誉 辛勤 宁波 祝福您各好 何必时苦以 谢谢天 洪水 徐州 唐山 田地里埂"
    " 林地权 "
    "孙子女辈 夏天季 叶子 苏州北 易燃爆 米饭 沙子发石 桂林 阳台 鲁迅 岳父母阳 顾及 杨"
    "树 柳树 "
    "曲折 兰州 吉林 甘肃 蒙古 尚未 舒服适 莫名非 齐全 胡同 卫生星 储存 蓝天 冷气冰 水"
    "平利电文 "
    "左手侧 乐于 全身国天年力民然都家 强烈制 燕窝 盛夏 章程 封建 雷雨 康健 费劲 时 农"
    "户 管家"
)


# For every phone: the hundred and fifty commonest surnames, and the words that follow
# 我儿子, 我是 and the like most often.
COMMONEST = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋"
    "余杜叶程魏苏吕丁任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏付方白邹熊孟秦邱江尹薛闫"
    "段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武莫孔向汤常温康施牛樊葛邢安齐易乔伍庞颜倪庄聂"
    "鲁岳翟殷詹申耿兰焦俞柳甘祝宁尚舒阮柯纪梅童凌毕裴霍涂洪赖"
)
COMMON_WORDS = (
    "周[一二三四五六末]|常年|方[便言]|万[一分事]|成[绩天年]|高[中烧兴龄血层]|白天|江[苏西]"
    "|安[全徽]|严重|任[何性]"
    "|许多|毛病|马上|平时|毕业|石[头匠]|程度|孙[子女]|向来|何必|祝[您你]|谢谢|康复"
    "|温饱|施工|武汉|苏州|田里"
)


def _words() -> str:
    """One alternative for each first sign: `高[考兴中]|周[一二三…]`."""
    found: dict[str, str] = {}
    for word in _WORDS.split():
        if len(word) > 1:
            found[word[0]] = found.get(word[0], "") + word[1:]
    return "|".join(
        f"{first}[{''.join(dict.fromkeys(rest))}]" for first, rest in found.items()
    )


def _once(signs: str) -> str:
    return "".join(sorted(set(signs)))


NO_GIVEN = _once(NO_GIVEN)
NO_FIRST = _once("".join(set(NO_FIRST) - set(NO_GIVEN)))
SURNAMES = _once(SURNAMES)
WORDS = _words()
COMMONEST = _once(COMMONEST)
