"""Which words tell a one-time code from any other number? Tables for `code`, in the languages phones speak."""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = "0-9A-Za-z_\u00c0-\u024f\u0370-\u04ff"
"""What is written with spaces between words: a number that touches one of these is part of a word."""


def _any(*words: str) -> str:
    return "|".join(words)


NAMES: Final = re.compile(
    r"\b(?:"
    + _any(
        r"[\w-]{0,24}codes?|OTPs?|PINs?|one[- ]time (?:password|pin)|temporary password",
        r"[\w-]{0,8}TAN|Einmal(?:passwort|kennwort)|mot de passe (?:à usage )?unique",
        r"c[óo]digos?|clave|senha|codice|codul|[\w-]{0,24}k[oó]d(?:e[nt]?|en|em|om|u|ja)?",
        r"has[łl]o (?:sms|jednorazowe)|kodunuz|[şs]ifre(?:niz|si)?|[\w-]{0,16}koodi(?:si)?",
        r"код(?:а|ом|у)?|пароль|κωδικ[όο][ςσύυ]\w*|mã(?: xác (?:thực|minh|nhận))?|ओटीपी|कोड",
    )
    + r")(?!\w)(?: (?:"
    + _any(
        r"подтверждения|доступа|активации|входа|для входа|dostępu|weryfikac\w+|autoryzac\w+",
        r"odbioru|bezpieczeństwa",
        r"d(?:e|i|i la|o) (?:v[ée]rif\w+|seguridad|acces[os]o?|confirma\w+|sicurezza)",
        r"de (?:s[ée]curit[ée]|connexion|connection|validation|retrait|entrega)|sms|number|no",
    )
    + r")(?!\w))?|"
    + _any(
        r"验证码|驗證碼|校验码|动态码|动态密码|确认码|安全码|取件码|提货码|認證碼",
        r"認証コード|確認コード|認証番号|ワンタイムパスワード|パスコード|コード|暗証番号",
        r"인증번호|인증 번호|인증코드|확인코드|코드|رمز|كود|קוד",
    ),
    re.IGNORECASE,
)
"""What a code is called."""

OTHER_CODE_BEFORE: Final = re.compile(
    r"(?:\b(?:"
    + _any(
        r"zip|area|post|postal|country|dial(?:l?ing)?|dress|bar|qr|source|error",
        r"promo|promotional|discount|coupon|voucher|gift|referral|offer|tax|sort",
        r"swift|bic|flight|airline|airport|colou?r|morse|building|civil|penal",
        r"door|gate|garage|alarm|lobby|wi-?fi|key|area|product|item|status|exit",
    )
    + r")[ -]?)$",
    re.IGNORECASE,
)
"""Before a name of `NAMES`: a code that is no secret of one use."""

OTHER_CODE_AFTER: Final = re.compile(
    r"\s*(?:of conduct|review|promo\w*|postale?|de la route|de barras?|de descuento|de desconto|fiscale|sconto|"
    r"pocztow\w*|rabatow\w*|kreskow\w*|скидк\w*|PUK)\b",
    re.IGNORECASE,
)

OTHER_CODE: Final = re.compile(
    r"^(?:post|postal|zip|bar|qr|source|rabatt|gutschein|aktions|promo|kortings?|t[üu]r|sort|en|de|trans|uni|"
    r"error|status|fehler|farb|land|strich|vor|streck|dør|dörr|port)-?(?:codes?|kod\w*)$",
    re.IGNORECASE,
)
"""The same in one word."""

SELLS: Final = re.compile(
    r"\b(?:promo(?:tion\w*|s)?|discounts?|coupons?|vouchers?|rabatt?\w*|gutschein\w*|r[ée]duction|descuentos?|"
    r"sconto|desconto|korting|zni[żz]k\w*|скидк\w*)\b|% ?off|\boff your\b|优惠|折扣|割引|쿠폰",
    re.IGNORECASE,
)
"""A text that sells something: what it calls a code is for everybody."""

SAYS: Final = re.compile(
    r"(?:[:：=–—\n]|\b(?:is|are|ist|lautet|est|es|é|è|e'|jest|to|är|er|on|este|je|là|adalah|below|follows)|"
    r"は|为|為|是|:)[\s\"'“”«»„(\[【<*_]*$",
    re.IGNORECASE,
)
"""Between a name and its code, at the end."""

SAID: Final = re.compile(
    r"^[\s\"'”»)\]】>*_]*(?:[-–—:=,]|(?:is|are|es|est|ist|é|è|jest|to|är|er|on|este|je|là|adalah)\b|[はがを为為是])",
    re.IGNORECASE,
)
"""Between a code and its name, at the beginning."""

BEGINS: Final = re.compile(r"(?:^|[:：\n\]】)>.!?。！？–—-])[\s\"'“«„(\[【<*_]*$")
"""Before a code that its name follows."""

ENTER: Final = re.compile(
    r"\b(?:use|enter|type|input|insert|reply with|utilisez|saisissez|entrez|verwenden? sie|gib|geben sie|nutze|usa|"
    r"utiliza|introduce|ingresa|inserisci|utilize|digite|gebruik|u[żz]yj|wpisz|podaj|använd|ange|bruk|введите)"
    r"(?: (?:the|this|your|code|den|le|el|o|il|de|kodu))*[\s:\"'“«„(\[【<*_]*$",
    re.IGNORECASE,
)
"""Before a code that is asked for."""

PURPOSE: Final = re.compile(
    r"\b(?:verif\w+|sign[- ]?(?:in|up|on)|log[- ]?(?:in|on)|authenticat\w+|2fa|two[- ](?:step|factor)|anmeld\w+|"
    r"connexion|connecter|iniciar sesi[óo]n|zalog\w+|logowani\w+|войти|вход\w*)\b",
    re.IGNORECASE,
)
"""What one is asked for."""

_CURRENCY_WORDS = _any(
    r"EUR|USD|GBP|CHF|PLN|CZK|HUF|RON|SEK|NOK|DKK|INR",
    r"AUD|CAD|AED|SAR|TRY|RUB|CNY|JPY|KRW|Rs\.?|kr\.?|zł|Kč|Ft|руб\w*",
)
_NUMBERED = _any(
    r"orders?|invoice|tracking|ref(?:erence)?|account|acct|a/c|card|ending(?: in| with)?",
    r"ends (?:in|with)|flight|room|bus|train|tram|platform|seat|case|ticket|booking",
    r"policy|customer|call|dial|tel|phone|mobile|hotline|suite|apt|flat|locker",
    r"bestellung|bestellnummer|auftrag|rechnung|konto|karte|commande|facture|compte",
    r"pedido|cuenta|tarjeta|factura|ordine|conto|carta|zam[óo]wieni\w*|rachun\w*",
    r"kart\w*|заказ\w*|сч[её]т\w*|карт\w*|gleis|linie|zimmer|przesy[łl]k\w*",
)
NOT_BEFORE: Final = re.compile(
    f"(?:[{_LATIN}]|[0-9][-.,/: \u00a0]|[.,/\\\\@#&=+•…~^-]|\\*\\*)$"
    rf"|(?:[€$£¥₹₽₩]|\b(?:{_CURRENCY_WORDS}))\s?$"
    rf"|\b(?:{_NUMBERED})(?:\s*(?:number|no|nr|num|numer|id|№|#)\.?)?[\s.:#*xX]*$"
    r"|\b(?:at|in|by|until|till|before|from|since|after|um|bis|vor|seit|im|ab|year|über|over|für)\s*$"
    r"|\b(?:a las|à|alle|o godz\.?)\s*$"
    r"|\b(?:stop|help|reply|text|send|sms)\b.{0,20}\bto\s*$",
    re.IGNORECASE,
)
"""Before a number that is no code: a longer number, money, something that has a number, a time."""

_UNITS = _any(
    r"s|secs?|seconds?|sekund\w*|mins?|minut\w*|h|hrs?|hours?|stunden|uhr|heures?",
    r"horas?|ore|godzin\w*|days?|tagen?|tage|jours?|días?|giorni|dni|мин\w*|час\w*",
    r"points?|punkte|pts|km|miles|kg|g|ml|mb|gb|words|pages|people|steps",
)
NOT_AFTER: Final = re.compile(
    f"[{_LATIN}]|[.,:/][0-9]|-[{_LATIN}]|[ \u00a0][0-9]{{3}}|\\s?[€$£¥₹₽₩%°]"
    rf"|\s?(?:{_CURRENCY_WORDS}|{_UNITS})(?!\w)|\s?(?:元|円|원|分|秒|小时|時間|분|초)",
    re.IGNORECASE,
)
"""The same after it."""
