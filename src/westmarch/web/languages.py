"""Languages by their tags (BCP 47): which way they are written, and by which of ICU's locales their dates are."""

from datetime import UTC, datetime
from functools import lru_cache

#: Languages that are written from right to left, by their primary subtag.
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})
#: Scripts that are, where a tag names one: Kurdish is written in two.
_SCRIPTS = frozenset({"adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"})
#: The languages whose dates ICU 78 knows. For any other it would take the language of the machine.
_DATED = """
    af ak am ar as az ba be bg bm bn bo br bs ca ce cs cv cy da de dz ee el en eo es et eu fa ff fi fo fr fy ga
    gd gl gu gv ha he hi hr ht hu hy ia id ie ig ii in is it iw ja jv ka ki kk kl km kn ko ks ku kw ky lb lg ln
    lo lt lu lv mg mi mk ml mn mo mr ms mt my nb nd ne nl nn no oc om or os pa pl ps pt qu rm rn ro ru rw sa sc
    sd se sg sh si sk sl sn so sq sr st su sv sw ta te tg th ti tk tl tn to tr tt ug uk ur uz vi wo xh yi yo za
    zh zu agq ars asa ast bas bem bez bgc bho blo brx bua ccp ceb cgg chr ckb csw dav dje doi dsb dua dyo ebu
    ewo fil fur gaa gsw guz haw hsb jgo jmc kab kam kde kea kgp khq kkj kln kok ksb ksf ksh kxv lag lij lkt lmo
    lrc luo luy mai mas mer mfe mgh mgo mni mua mzn naq nds nmg nnh nqo nso nus nyn pcm pms prg raj rof rwk sah
    saq sat sbp scn seh ses shi shn smn syr szl teo tok twq tyv tzm vai vec vmw vun wae xnr xog yav yrl yue zgh
"""
_KNOWN = frozenset(_DATED.split())


def primary(language: str) -> str:
    """The primary subtag of a language tag: `zh` of `zh-Hant-TW`."""
    return language.partition("-")[0].lower()


@lru_cache(maxsize=512)
def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    named = next((part for part in language.lower().split("-")[1:] if len(part) == 4 and part.isalpha()), "")
    return "rtl" if (named in _SCRIPTS if named else primary(language) in RIGHT_TO_LEFT) else "ltr"


def fallbacks(language: str) -> list[str]:
    """The tag in lower case and what it falls back to (RFC 4647, section 3.4): zh-hant-tw, zh-hant, zh."""
    parts = language.lower().split("-")
    tags = ["-".join(parts[:length]) for length in range(len(parts), 0, -1) if len(parts[length - 1]) > 1]
    return tags or [language.lower()]


def locale_of(language: str) -> str | None:
    """The locale by which ICU writes what is of a language; none where it does not know it, or what the tag asks for.

    Years are those of the common calendar, unless the tag asks for others (`th-u-ca-buddhist`), as addresses and
    archives count them. The zone is UTC, because ICU is given days, not moments.
    """
    if primary(language) not in _KNOWN:
        return None
    tag = language.partition("-x-")[0]
    if "-u-" not in tag.lower():
        return f"{tag}-u-ca-gregory-tz-utc"
    locale = f"{tag}-ca-gregory-tz-utc"
    return locale if _writes(locale) else None


@lru_cache(maxsize=512)
def _writes(locale: str) -> bool:
    """Whether ICU can write by a locale: one may ask for digits that there are not."""
    from icu4py.messageformat import MessageFormat

    try:
        MessageFormat("{n, number, ::group-min2} {at, date}", locale).format(
            {"n": 1, "at": datetime(2024, 1, 2, tzinfo=UTC)}
        )
    except (ValueError, RuntimeError):
        return False
    return True
