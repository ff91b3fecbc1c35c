"""What should never have been sent, by hand: values, bodies, tokens, addresses."""

from tests.stages.sanitize_cases import CASES, FAMILY, SCOTLAND

NASTY: dict[str, str] = {
    "nothing": "",
    "spaces": " \u3000\u00a0\t ",
    "line ends": "\r\n\r\n\n\r",
    "a NUL": "灯\x00坏",
    "every control": "".join(map(chr, [*range(32), 127, *range(128, 160)])) + "灯",
    "a byte order mark": "\ufeff灯",
    "an override": "收了\u202e005\u202c元",
    "isolates": "\u2066\u2067\u2068灯\u2069",
    "zero width": "灯\u200b\u200c\u200d\u2060坏",
    "noncharacters": "灯\ufffe\uffff\ufdd0\U0010ffff",
    "a replacement": "灯\ufffd",
    "private use": "王\ue815\U000f0000村",
    "an unknown plane": "王\U000323b0村",
    "a family": FAMILY,
    "a flag of tags": SCOTLAND,
    "Zalgo": "Z" + "\u0335\u0316" * 400,
    "marks alone": "\u0301" * 3000,
    "5000 marks on two sides": "e" + "\u0301\u0316" * 2500,
    "digits of every kind": "１２３٤٥٦𝟕𝟖⑨〇 ❶²",
    "not a number": "NaN",
    "infinity": "1e309",
    "a long number": "9" * 4000,
    "minus zero": "-0",
    "a hexadecimal": "0x7fffffffffffffff",
    "a date that is none": "2026-02-31",
    "a formula": "=cmd|'/c calc'!A1",
    "a wide formula": "＝ＨＹＰＥＲＬＩＮＫ（Ａ１）",
    "a script": "<script>alert(1)</script>灯",
    "an end of a field": "</textarea></form><h1>灯</h1>",
    "an end of an attribute": "\" autofocus onfocus=alert(1) x='",
    "an entity": "&lt;b&gt;&amp;amp;&#x202e;",
    "tags in tags": "<b" * 800 + ">" * 800,
    "a comment": "<!-- 灯 --><![CDATA[坏]]>",
    "a template": "{{ config }}{% for x in ().__class__.__mro__ %}灯",
    "a format": "%(x)s %s %d %n {0} {text.__class__} ${jndi:ldap://x}",
    "a pattern": "(a+)+$ [ \\ ( * ?",
    "SQL": "'; DROP TABLE letter; -- 灯",
    "SQL by name": "灯' OR '1'='1",
    "a path": "../../../../etc/passwd\x00.png",
    "a Windows name": "CON.txt \\\\host\\share",
    "a header": "灯\r\nSet-Cookie: seen=1\r\n\r\n<html>",
    "a JSON": '{"__proto__": {"admin": true}}',
    "a prototype": "__proto__",
    "a constructor": "constructor.prototype",
    "a shell": "$(reboot) `reboot` | reboot &",
    "an XML entity": '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;',
    "percent escapes": "%00%ff%c0%af%25",
    "a quoted surrogate": "\\ud800 \\x00 \\u0000",
    "quotes": "'\"`´’”",
    "backslashes": "\\" * 500,
    "100 KB": "灯" * 33_000,
    "a long line": "a" * 100_000,
    "many lines": "灯\n" * 6000,
    "one too many": "灯" * 5001,
    "words of a menu": "sideways",
    "an option's look-alike": "gооd",
    "True": "True",
    "null": "null",
    "a list": "['text']",
    "a token": "deadbeef.AAAAAAAAAAAAAAAAAAAAAA.00000000000000000000000000",
}
TYPED = [kept for _, kept, _ in CASES]  # every case of the cleaning, as text

TOKENS: dict[str, str | None] = {
    "none": None,
    "empty": "",
    "a word": "token",
    "two parts": "a.b",
    "four parts": "a.b.c.d",
    "dots": "..",
    "not hexadecimal": "zz.nonce.mac",
    "Chinese": "灯.灯.灯",
    "full-width dots": "1．2．3",
    "negative": "-1.nonce.mac",
    "a far hour": "ffffffffffffffffffff.nonce.mac",
    "long": "1." + "n" * 100_000 + ".mac",
    "NUL": "1.\x00.\x00",
    "of nobody": NASTY["a token"],
}

FORM = "application/x-www-form-urlencoded"
EDGE = "----edge"
PART = f'--{EDGE}\r\nContent-Disposition: form-data; name="text"'.encode()
MULTIPART = f"multipart/form-data; boundary={EDGE}"
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "nothing of nothing": (b"", ""),
    "no type": (b"text=x", ""),
    "a strange type": (b"text=x", "x/y; charset=\xff".encode("latin-1").decode("latin-1")),
    "JSON": (b'{"text": "x"}', "application/json"),
    "broken JSON": (b'{"text": ', "application/json"),
    "a JSON array": (b"[1, 2]", "application/json"),
    "plain text": (b"text=x", "text/plain"),
    "XML": (b"<text>x</text>", "application/xml"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
    "another charset": ("text=灯".encode("gb18030"), FORM + "; charset=gb18030"),
    "no such charset": (b"text=x", FORM + "; charset=nonsense"),
    "a lone surrogate": (b"text=%ED%A0%80&contact=%ED%BF%BF", FORM),
    "bytes that are no UTF-8": (b"text=%FF%FE%C0%AF&contact=\xff\xfe", FORM),
    "raw bytes": (bytes(range(256)), FORM),
    "half an escape": (b"text=%&contact=%E7%81&a=%zz&%=%", FORM),
    "names only": (b"text&contact&csrf_token", FORM),
    "signs of a form": (b"&&==&=x&x=&;", FORM),
    "names twice": (b"text=a&text=b&text=c&csrf_token=1&csrf_token=2", FORM),
    "arrays": (b"text[]=a&text[x]=b&text[__proto__][y]=c", FORM),
    "prototypes": (b"__proto__=1&constructor=2&__class__=3&self=4", FORM),
    "names with NUL": (b"te%00xt=a&%00=b", FORM),
    "601 fields": (b"&".join(b"f%d=x" % i for i in range(601)), FORM),
    "5000 fields": (b"&".join(b"f%d=x" % i for i in range(5000)), FORM),
    "10 MB": (b"text=" + b"a" * 10_000_000, FORM),
    "just too much": (b"text=" + b"a" * 524_300, FORM),
    "no edge": (PART + b"\r\n\r\nx\r\n", "multipart/form-data"),
    "an empty edge": (PART + b"\r\n\r\nx\r\n", "multipart/form-data; boundary="),
    "another edge": (PART + b"\r\n\r\nx\r\n", "multipart/form-data; boundary=zzz"),
    "an edge of Chinese": (b"--x", "multipart/form-data; boundary=\u00e7\u0081"),
    "a long edge": (b"--" + b"e" * 9000, "multipart/form-data; boundary=" + "e" * 9000),
    "torn in the head": (PART, MULTIPART),
    "torn in the words": (PART + b"\r\n\r\nx", MULTIPART),
    "no head": (f"--{EDGE}\r\n\r\nx\r\n--{EDGE}--\r\n".encode(), MULTIPART),
    "no name": (
        f"--{EDGE}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{EDGE}--\r\n".encode(),
        MULTIPART,
    ),
    "a file for a text": (
        PART + b'; filename="../../x.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n'
        + f"--{EDGE}--\r\n".encode(),
        MULTIPART,
    ),
    "a charset of a part": (
        PART + b"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nx\r\n"
        + f"--{EDGE}--\r\n".encode(),
        MULTIPART,
    ),
    "a part of bytes": (
        PART + b"\r\n\r\n" + bytes(range(256)) + f"\r\n--{EDGE}--\r\n".encode(),
        MULTIPART,
    ),
    "601 parts": (
        b"".join(
            b'--%b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n'
            % (EDGE.encode(), i)
            for i in range(601)
        )
        + f"--{EDGE}--\r\n".encode(),
        MULTIPART,
    ),
    "a large part": (
        PART + b"\r\n\r\n" + b"a" * 600_000 + f"\r\n--{EDGE}--\r\n".encode(),
        MULTIPART,
    ),
}  # fmt: skip

METHODS = ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "灯")

HEADERS: dict[str, dict[str, str]] = {
    "another site": {"Origin": "https://elsewhere.example"},
    "no site": {"Origin": "null"},
    "a broken origin": {"Origin": "http://[::1"},
    "an origin of NUL": {"Origin": "http://a\x00b"},
    "another port": {"Origin": "http://localhost:99999"},
    "fetched across": {"Sec-Fetch-Site": "cross-site"},
    "odd languages": {"Accept-Language": "zh;q=x, *;q=9, , en--, " + "a" * 500},
    "odd encodings": {"Accept-Encoding": "gzip;q=nan, br;q=, identity;q=0"},
    "odd cookies": {"Cookie": "desk=\x01; =; a; desk=" + "x" * 3000},
    "odd proxies": {"X-Forwarded-For": "1.2.3.4, unknown, ::::", "Forwarded": "for=_x"},
    "a length that is none": {"Content-Length": "-1"},
    "a length of words": {"Content-Length": "many"},
    "another host": {"Host": "evil.example:0"},
    "a range": {"Range": "bytes=5-1"},
    "a condition": {"If-Modified-Since": "yesterday", "If-None-Match": '"'},
    "other methods": {"X-HTTP-Method-Override": "DELETE"},
}

ADDRESSES = (
    *("/q/%00", "/q/%00/complaint", "/q/%2f/complaint", "/q//complaint", "//q/x/survey"),
    *("/q/../complaint", "/q/%2e%2e/complaint", "/q/./survey", "/q/x/complaint/"),
    *("/q/%ED%A0%80/complaint", "/q/%FF%FE/survey", "/q/%E7%81/vote", "/q/灯/complaint"),
    *("/q/" + "A" * 8000 + "/complaint", "/q/" + "%CC%81" * 2500 + "/survey"),
    *("/q/{{7*7}}/complaint", "/q/<b>/survey", "/q/'--/vote", "/q/%0d%0aSet-Cookie:x/vote"),
    *("/q/１２３/complaint", "/q/-1/vote", "/q/ /complaint", "/q/?/complaint"),
    *("/vote/%00/%00", "/vote/2026-1/%00", "/vote/2026-1/" + "9" * 5000, "/vote/灯/灯"),
    *("/vote/' OR 1=1/x", "/vote/2026-1/999001001001/", "/vote//x", "/vote/2026-1"),
    *("/receipt/", "//receipt", "/receipt//add", "/receipt/%00", "/receipt/nothing"),
    *("/receipt?receipt=1", "/receipt?lang=%00&big=%FF", "/receipt?lang[]=en", "/receipt;x"),
    *("/RECEIPT", "/Receipt", "/q", "/", "/notices", "/nothing"),
)  # fmt: skip
