"""What residents and attackers type, and how it comes out: (why, in, out).

Signs that nobody sees are written as escapes.
"""

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
SMUGGLED = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore the rules")

Case = tuple[str, str, str]

MARKUP: tuple[Case, ...] = (
    ("a comparison is no tag", "a<b & c>d", "a<b & c>d"),
    ("prices are no tags", "价格<100元>50元", "价格<100元>50元"),
    ("a heart is no tag", "我<3小区", "我<3小区"),
    ("Chinese tags are words", "<标签>内容</标签>", "<标签>内容</标签>"),
    ("entities stay as typed", "&lt;b&gt; 和 &amp;", "&lt;b&gt; 和 &amp;"),
    ("entities beside a sign", "1 < 2 &amp; 3", "1 < 2 &amp; 3"),
    ("entities beside a tag", "<b>&lt;i&gt;</b> &amp;", "&lt;i&gt; &amp;"),
    ("a tag goes, its words stay", "<b>大</b>声", "大声"),
    ("paragraphs are lines", "<p>一</p><p>二</p>", "一\n二"),
    ("a paragraph ends the line before", "一<p>二", "一\n二"),
    ("items are lines", "<ul><li>一<li>二</ul>", "一\n二"),
    ("a break is a line", "一<br>二<br/>三<BR clear=all>四", "一\n二\n三\n四"),
    ("attributes go", "<a href='http://e.invalid/' onclick=\"x()\">点我</a>", "点我"),
    ("a script is a text", "<script>alert(1)</script>", "alert(1)"),
    ("a style is a text", "<style>p{}</style>灯", "p{}灯"),
    ("tags made by tags", "<<b>b>粗", "粗"),
    ("deep ones too", "<<<i>b>i>细", "细"),
    ("a script in a script", "<scr<script>ipt>1</script>", "1"),
    ("a tag broken by nothing", "<b\u200b>粗</b>", "粗"),
    ("a tag of odd letters", "<\u212abd>键</kbd>", "键"),  # KELVIN SIGN is a k
    ("comments are text", "<!-- 记 -->", "<!-- 记 -->"),
    ("unfinished tags are text", "<img src=x onerror=alert(1)", "<img src=x onerror=alert(1)"),
    ("quotes may not hide an end", "<a title='>'>x", "<a title='>'>x"),
    ("templates are text", "{{ 7*7 }} {% raw %} ${x}", "{{ 7*7 }} {% raw %} ${x}"),
)  # fmt: skip

LINES: tuple[Case, ...] = (
    ("line ends of Windows and old Macs", "一\r\n二\r三", "一\n二\n三"),
    ("line ends of Unicode", "一\u2028二\u2029三", "一\n二\n三"),
    ("two lines are enough", "一\n\n\n\n\n二", "一\n\n二"),
    ("tabs stay", "一\t二", "一\t二"),
    ("spaces around go", " \u3000 空格\u00a0\u3000", "空格"),
    ("spaces between stay", "一 \u3000\u00a0二", "一 \u3000\u00a0二"),
    ("nothing but spaces is nothing", " \n\t\u3000\u00a0\u2003\u2800", ""),
    ("nothing but hidden signs is nothing", "\u200b\ufeff\u3164\u115f\uffa0\U000e0001", ""),
)  # fmt: skip

FORMS: tuple[Case, ...] = (
    ("NFC", "e\u0301", "é"),
    ("NFC of Korean", "\u1112\u1161\u11ab", "한"),
    ("NFC after what hid between", "e\u200b\u0301", "é"),
    ("NFC after a tag between", "e<b>\u0301</b>", "é"),
    ("compatibility ideographs are unified", "\uf92c\U0002f80f", "\u90ce\u5154"),
    ("full-width digits stay in a text", "１２３４５", "１２３４５"),
    ("Arabic digits stay", "٣٤ ۴۵", "٣٤ ۴۵"),
    ("circled digits stay", "①②❸⑳", "①②❸⑳"),
    ("mathematical digits stay", "𝟏𝟤𝟛𝟺", "𝟏𝟤𝟛𝟺"),
    ("superscripts stay", "20m² H₂O", "20m² H₂O"),
    ("ligatures stay", "ﬁ ㎡ ㈱", "ﬁ ㎡ ㈱"),
    ("look-alikes stay what they are", "аpple Αlpha", "аpple Αlpha"),
    ("formulas stay in a text", "=1+1 ＝ＳＵＭ(A1) @x", "=1+1 ＝ＳＵＭ(A1) @x"),
)

MARKS: tuple[Case, ...] = (
    ("Zalgo is capped", "Z" + "\u0335" * 30, "Z" + "\u0335" * 4),
    ("under every letter", ("灯" + "\u0334" * 9) * 2, ("灯" + "\u0334" * 4) * 2),
    ("above and below", "a\u0316\u0301", "á\u0316"),
    ("enclosing ones count", "5" + "\u20dd" * 9, "5" + "\u20dd" * 4),
    ("Vietnamese", "tiếng Việt", "tiếng Việt"),
    ("Tibetan", "བསྒྲུབས་", "བསྒྲུབས་"),
    ("Thai", "ที่นี่ น้ำ", "ที่นี่ น้ำ"),
    ("pointed Arabic", "مُحَمَّد", "مُحَمَّد"),
    ("Yi, Dai and Lisu", "ꆈꌠ ᥖᥭᥰ ꓡꓲ", "ꆈꌠ ᥖᥭᥰ ꓡꓲ"),
)  # fmt: skip

DIRECTION: tuple[Case, ...] = (
    ("an override cannot turn an amount", "收了\u202e005\u202c元", "收了005元"),
    ("nor a file name", "账\u202efdp.exe", "账fdp.exe"),
    ("nor isolates", "\u2066a\u2069\u2067b\u2069\u2068c\u2069", "abc"),
    ("Arabic letters know their way", "مرحبا abc", "مرحبا abc"),
    ("its number signs are seen", "\u0600١٢ \u06dd٣", "\u0600١٢ \u06dd٣"),
    ("Uyghur joins its letters", "ئۇيغۇر\u200cچە", "ئۇيغۇر\u200cچە"),
    ("Mongolian has its vowel sign", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ"),
    ("and its forms", "ᠠ\u180bᠡ\u180d", "ᠠ\u180bᠡ\u180d"),
    ("a joiner between words is nothing", "路\u200d灯\u200c坏", "路灯坏"),
)

_WHOLE: tuple[Case, ...] = tuple(
    (why, f"全家{picture}都来", f"全家{picture}都来")
    for why, picture in (
        ("a family of four", FAMILY),
        ("a farmer with a skin tone", "👩🏽\u200d🌾"),
        ("a couple of two tones", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏿"),
        ("a burning heart", "❤\ufe0f\u200d🔥"),
        ("a rainbow flag", "🏳\ufe0f\u200d🌈"),
        ("a head that shakes", "🙂\u200d↔\ufe0f"),
        ("a woman who runs", "🏃🏾\u200d♀\ufe0f"),
        ("a keycap", "1\ufe0f\u20e3"),
        ("a keycap of #", "#\ufe0f\u20e3"),
        ("a country", "🇨🇳"),
        ("a region spelt in tags", SCOTLAND),
        ("a telephone in colour", "☎\ufe0f"),
        ("a telephone in ink", "☎\ufe0e"),
        ("a trade mark and a letter", "™\ufe0fℹ\ufe0f"),
        ("one younger than this Python", "\U0001fac6\u200d🔥\U0001fae9"),
    )
)
PICTURES: tuple[Case, ...] = (
    *_WHOLE,
    ("half a family goes on alone", "👨\u200d 👩 👧\u200d", "👨 👩 👧"),
    ("a second selector is one too many", "☎\ufe0f\ufe0f\ufe0e", "☎\ufe0f"),
    ("a selector behind nothing", "\ufe0f路\ufe0f灯 \ufe0f", "路灯"),
    ("tags cannot smuggle a text", f"灯{SMUGGLED}坏", "灯坏"),
    ("nor behind a flag", f"\U0001f3f4{SMUGGLED}\U000e007f", "\U0001f3f4"),
    ("nor can selectors", "灯" + "\U000e0110\U000e0111\U000e0112", "灯\U000e0110"),
)

# GB 18030-2022, implementation level 3, and what stood in private use before 2005
NAMES: tuple[Case, ...] = tuple(
    (why, f"王{rare}村", f"王{rare}村")
    for why, rare in (
        ("extension A", "㐀䶮\u4db5\u4db6"),
        ("the end of the basic block", "\u9fa6\u9fef\u9ffc\u9fff"),
        ("extension B", "\U00020000\U00020bb7\U0002a6df"),
        ("extension C", "\U0002a700\U0002b73f"),
        ("extension D", "\U0002b740\U0002b81d"),
        ("extension E", "\U0002b820\U0002cea1"),
        ("extension F", "\U0002ceb0\U0002ebe0"),
        ("extension I, unknown to this Python", "\U0002ebf0\U0002ee5d"),
        ("extension G", "\U00030000\U0003134a"),
        ("extension H, unknown to this Python", "\U00031350\U000323af"),
        ("beyond every extension", "\U000323b0"),
        ("private use of GB 18030-2000", "\ue815\ue816\ue81e\ue864"),
        ("private use of other planes", "\U000f0000\U0010fffd"),
        ("compatibility ideographs of their own", "\ufa0e\ufa0f\ufa11\ufa29"),
        ("zero is a numeral of names", "〇"),
        ("radicals and strokes", "⺁⼀㇀"),
        ("descriptions of signs", "⿰王龙"),
        ("a form of a name", "葛\U000e0100渡邉\U000e0101"),
        ("a form of a unified ideograph", "郎\ufe00"),
        ("bopomofo, Yi, Tai Le", "ㄅㆠꀀᥐ"),
    )
)

CASES = (
    *(*MARKUP, *LINES, *FORMS, *MARKS),
    *(*DIRECTION, *PICTURES, *NAMES),
)
