"""How a mission ended, from what a dispatcher or a crew wrote of it, in English or Chinese.

A word of transport alone does not say that somebody was taken to a hospital: "not transported" has
it as well. So what counts is whether a negation belongs to it, and what is left is told by words of
its own. What none of these words are in says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CANCELLED, NOBODY_FOUND, TREATED = "cancelled", "nobody found", "treated"
NOT_CONVEYED, CONVEYED = "not conveyed", "conveyed"
# Of several units of a call, and of all that is written of one, the first of these counts.
BY_WEIGHT: Final = (CONVEYED, TREATED, NOT_CONVEYED, NOBODY_FOUND, CANCELLED)

# ── Chinese: a negation, filling words, a word of transport ─────────────────────────────────────
_NOT: Final = r"(?:未|不|没|无|拒绝?|放弃|谢绝|勿|免|非)"
_FILLING: Final = (
    r"(?:需要?|须|必要?|用|能够?|愿意?|肯|同意|要求?|想|予|给予|曾|有|获|得|被|经|进行|再|可|法|"
    r"接受|成功|患者|病人|伤者|伤员|家属|本人|人员|人|去|到|前?往|上车|及?治疗[和及、/]?|救治[和及、/]?)"
)
_TAKEN: Final = r"(?:送|转运|运送|转送|转院|转诊|入院|住院|到院|医院|就医|转移|运)"
_SAID_NO: Final = r"(?:否|未|失败|拒绝|被拒|无需|不需|不成|未成)"
_NOT_TAKEN: Final = re.compile(
    rf"{_NOT}{_FILLING}{{0,4}}{_TAKEN}"
    rf"|(?:送院|送医|转运|运送|送达)[:(\s]*{_SAID_NO}"
    r"|拒绝?(?!收)(?:上车|出诊|就诊|治疗|救治|检查|医疗|急救|服务)"
    r"|自行(?:前往|去|到|就医|就诊|离开|转院|送)|(?:现场|当场|已经?|确认|来前|到前)死亡|送回?家"
)
_WORDS_OF_TRANSPORT: Final = (
    "送院", "送医", "转运", "送达", "已送", "送往", "送至", "送到", "运送", "护送", "转送", "转院",
    "入院", "住院", "收治", "到院",
)  # fmt: skip

# ── English ─────────────────────────────────────────────────────────────────────────────────────
_NO: Final = (
    r"(?:\b(?:no|not|non|never|without|refus\w*|declin\w*|den(?:y|ied)|reject\w*|unable|"
    r"wasn'?t|weren'?t|didn'?t|isn'?t|against|w/o)\b|\bun|\bnon)"
)
_BETWEEN: Final = (
    r"(?:[\s\-/&(]*\b(?:to|be|been|being|was|were|the|a|any|of|for|and|or|patient|pt|person|"
    r"requir\w*|need\w*|want\w*|wish\w*|agree\w*|medical|further|ambulance|ems|hospital|ed|er|"
    r"treat\w*|care|evaluat\w*|assess\w*|services?|go|going|taken|by)\b){0,5}[\s\-/&(]*"
)
_CARRIED: Final = r"(?:convey\w*|transport\w*|taken to|hospital|transfer\w*|txp|transp\b)"
_NOT_CARRIED: Final = re.compile(
    rf"{_NO}{_BETWEEN}{_CARRIED}"
    r"|\b(?:convey\w*|transport\w*)[\s:\-(]*(?:was |is |were )?(?:no\b(?! (?:lights?|siren))|"
    r"refus\w*|declin\w*|denied|unnecessary|not\b(?! emergen| urgent)|false|n\b)"
    r"|\b(?:convey\w*|transport\w*) (?:by|via|in) (?:a |the |own )*"
    r"(?:private|personal|own|pov|law|police|family|friend|relative|self|taxi|car\b)"
    r"|\bself[\s-]*(?:convey|transport|present)"
)
_OTHERS_TOOK_OVER: Final = re.compile(
    r"\b(?:convey\w*|transport\w*|transfer\w*(?: care)?) (?:by|to) (?:an? )?(?:other|another|air|"
    r"helicopter|flight)"
)
_CARRIED_AT_ALL: Final = re.compile(r"\b(?:convey|transport)|\btaken to (?:hospital|ed|er)\b")

# ── words that stand anywhere ───────────────────────────────────────────────────────────────────
_CANCELLED: Final = (
    "cancel", "取消", "退车", "撤销", "中止", "中途返回", "放空", "stand down", "stood down",
    "withdrawn",
)  # fmt: skip
_NOBODY: Final = (
    "nobody", "空跑", "空车", "空返", "空诊", "无人", "未找到", "未见", "未接到", "gone on arrival",
    "no patient", "unable to locate", "not found", "unfounded",
)  # fmt: skip
_TREATED: Final = (
    "treated",
    "see and treat",
    "treat and release",
    "现场救治",
    "现场处置",
    "现场处理",
    "现场治疗",
    "就地治疗",
)
_STAYED: Final = ("refus", "declin", "dead", "death", "deceased", "died", "pronounced", "死亡",
                  "拒绝", "拒诊", "released", "discharged at scene")  # fmt: skip


def of(text: str) -> str:
    """How a mission ended, one of `BY_WEIGHT`; "" where nothing is written that says it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if plain in BY_WEIGHT or not plain:
        return plain

    def has(words: tuple[str, ...]) -> bool:
        return any(word in plain for word in words)

    if has(_CANCELLED):
        return CANCELLED
    if _NOT_TAKEN.search(plain.replace(" ", "")) or _NOT_CARRIED.search(plain):
        return NOBODY_FOUND if has(_NOBODY[1:7]) else NOT_CONVEYED
    if has(_NOBODY):
        return NOBODY_FOUND
    if _OTHERS_TOOK_OVER.search(plain):
        return ""  # of this mission no, of the call yes
    if has(_WORDS_OF_TRANSPORT) or _CARRIED_AT_ALL.search(plain):
        return CONVEYED
    if has(_TREATED):
        return TREATED
    return NOT_CONVEYED if has(_STAYED) else ""
