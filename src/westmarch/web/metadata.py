"""What a page tells machines of itself: previews of its link (Open Graph, ogp.me), search engines (schema.org)."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from typing import Any, Literal, NamedTuple, TypeAlias

from markupsafe import Markup
from pydantic_core import PydanticSerializationError, to_json

#: A thing as JSON-LD has it: `@type` and properties, which schema.org tells of.
Node: TypeAlias = dict[str, Any]

#: A territory for a tag without one, because previews know languages by both alone (`language_TERRITORY`).
_LOCALES = """
    af_ZA ar_AR az_AZ be_BY bg_BG bn_IN bs_BA ca_ES cs_CZ cy_GB da_DK de_DE el_GR en_US eo_EO es_ES et_EE eu_ES fa_IR
    fi_FI fr_FR ga_IE gl_ES he_IL hi_IN hr_HR hu_HU hy_AM id_ID is_IS it_IT ja_JP ka_GE kk_KZ ko_KR lt_LT lv_LV mk_MK
    mn_MN ms_MY mt_MT nb_NO ne_NP nl_NL nn_NO no_NO pl_PL ps_AF pt_BR ro_RO ru_RU sk_SK sl_SI sq_AL sr_RS sv_SE sw_KE
    ta_IN te_IN th_TH tl_PH tr_TR uk_UA ur_PK uz_UZ vi_VN zh_CN
"""
_TERRITORIES = dict(re.findall("([a-z]+)_([A-Z]+)", _LOCALES))
#: Characters of a description; previews cut longer ones wherever it happens.
LONGEST = 200
_TAG = re.compile(r"<(?:math|svg)\b.*?</(?:math|svg)>|<[^>]*>", re.DOTALL)


class Picture(NamedTuple):
    """The picture of a page at its whole address; width and height in pixels, or none where they are not known."""

    address: str
    width: int | None
    height: int | None
    alt: str


class Alternate(NamedTuple):
    """The same in a language (`x-default`: for whoever speaks none of them), at a whole address."""

    hreflang: str
    address: str


class Metadata(NamedTuple):
    """What is told of a page beside its title, description, language and address.

    `properties` are further ones of Open Graph, in order; `graph` are the things that the page is about.
    """

    kind: Literal["website", "article", "profile"] = "website"
    picture: Picture | None = None
    alternates: Sequence[Alternate] = ()
    properties: Sequence[tuple[str, str]] = ()
    graph: Sequence[Node] = ()

    @property
    def linked_data(self) -> Markup:
        """The graph as JSON-LD, fit to stand in a `<script>`; empty where there is nothing to tell."""
        return script({"@context": "https://schema.org", "@graph": self.graph}) if self.graph else Markup()


PLAIN = Metadata()


def script(value: object) -> Markup:
    """JSON that can neither end the element around it nor be read as anything else."""
    try:  # Every page is asked for this: it takes a quarter of the time of the standard library.
        text = to_json(value).decode()
    except PydanticSerializationError:  # Stored JSON can hold half a surrogate pair, which UTF-8 cannot.
        text = json.dumps(value)
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704 - see above


@lru_cache(maxsize=4096)
def beginning(html: str) -> str:
    """What stored HTML says first, in plain text of at most `LONGEST` characters, cut between words."""
    text = " ".join(unescape(_TAG.sub(" ", html)).split())
    if len(text) <= LONGEST:
        return text
    end = text.rfind(" ", LONGEST // 2, LONGEST)
    return text[: end if end > 0 else LONGEST - 1].rstrip(" ,;:–—-") + "…"


@lru_cache(maxsize=512)
def locale(language: str) -> str:
    """A language tag as Open Graph writes it (`de_AT`), empty where no territory can be told."""
    first, *more = re.split(r"-\w-", language + "-")[0].removesuffix("-").split("-")  # Without extensions (`-u-…`).
    territory = next((part.upper() for part in more if len(part) == 2 and part.isalpha()), "")
    if not territory:
        territory = "TW" if "hant" in language.lower() else _TERRITORIES.get(first.lower(), "")
    return f"{first.lower()}_{territory}" if territory else ""
