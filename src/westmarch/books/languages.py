"""Languages as catalogues write them (`eng`, `en-US`): their tags for pages, and their own names for readers."""

import re
from functools import lru_cache

#: What libraries call languages beside ICU's names for them (ISO 639-2/B).
_BIBLIOGRAPHIC = dict(
    re.findall(
        r"(\w+):(\w+)",
        "alb:sq arm:hy baq:eu bur:my chi:zh cze:cs dut:nl fre:fr geo:ka ger:de gre:el ice:is mac:mk may:ms mao:mi "
        "per:fa rum:ro slo:sk tib:bo wel:cy",
    )
)
#: Names of languages in themselves, as their speakers look for them.
_NAMES = dict(
    re.findall(
        r"([a-z]+):([^,]+)",
        "af:Afrikaans,ar:العربية,bg:Български,bn:বাংলা,ca:Català,cs:Čeština,cy:Cymraeg,da:Dansk,de:Deutsch,"
        "el:Ελληνικά,en:English,eo:Esperanto,es:Español,et:Eesti,eu:Euskara,fa:فارسی,fi:Suomi,fil:Filipino,"
        "fr:Français,ga:Gaeilge,gl:Galego,grc:Ἑλληνική,he:עברית,hi:हिन्दी,hr:Hrvatski,hu:Magyar,hy:Հայերեն,"
        "id:Indonesia,is:Íslenska,it:Italiano,ja:日本語,ka:ქართული,ko:한국어,la:Latina,lt:Lietuvių,lv:Latviešu,"
        "lzh:文言,ms:Melayu,nb:Norsk,nl:Nederlands,no:Norsk,pl:Polski,pt:Português,ro:Română,ru:Русский,"
        "sa:संस्कृतम्,sk:Slovenčina,sl:Slovenščina,sq:Shqip,sr:Српски,sv:Svenska,sw:Kiswahili,ta:தமிழ்,te:తెలుగు,"
        "th:ไทย,tr:Türkçe,uk:Українська,ur:اردو,vi:Tiếng Việt,yi:ייִדיש,zh:中文",
    )
)


@lru_cache(maxsize=1024)
def tag(given: str | None) -> str:
    """The BCP 47 tag of a language as a catalogue gives it; empty where none can be told."""
    from icu4py.locale import Locale

    parts = (given or "").strip().replace("_", "-").split("-")
    first = _BIBLIOGRAPHIC.get(parts[0].lower(), parts[0].lower())
    if not (2 <= len(first) <= 3 and first.isascii() and first.isalpha()) or first in ("mul", "und", "zxx", "mis"):
        return ""
    language = Locale(first).language
    rest = [part for part in parts[1:] if part.isascii() and part.isalnum() and 2 <= len(part) <= 8]
    return "-".join((language, *rest))


def primary(given: str) -> str:
    """The language of a code, however it is written: `en` for `eng` and `en-GB`; else the code as it was given."""
    return tag(given).partition("-")[0] or given


def name(given: str) -> str:
    """The name of a language in itself, with its region; else the code as it was given."""
    language, _, region = tag(given).partition("-")
    named = _NAMES.get(language, "")
    if not named:
        return given
    return f"{named} ({region.upper()})" if len(region) == 2 else named
