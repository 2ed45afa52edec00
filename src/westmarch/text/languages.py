"""What of the text depends on its language: quotation marks, dashes, and the few words that the renderer adds."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple


class Quotes(NamedTuple):
    """Outer and inner quotation marks, with the spaces that stand inside them."""

    open: str
    close: str
    inner_open: str
    inner_close: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words that the renderer adds to a text."""

    note: str = "Note"
    tip: str = "Tip"
    important: str = "Important"
    warning: str = "Warning"
    caution: str = "Caution"
    contents: str = "Contents"
    notes: str = "Notes"
    note_number: str = "Note {n}"
    back: str = "Back to the text, note {n}"
    section: str = "Link to this section"
    table: str = "Table"
    formula: str = "Formula"
    details: str = "Details"
    video: str = "Video"


_ENGLISH = Quotes("“", "”", "‘", "’")
_LOW_HIGH = Quotes("„", "“", "‚", "‘")
_ANGLES = Quotes("«", "»", "“", "”")
_RIGHT_ONLY = Quotes("”", "”", "’", "’")
_QUOTES: dict[str, Quotes] = {
    "bg": Quotes("„", "“", "’", "’"),
    "ca": _ANGLES,
    "cs": _LOW_HIGH,
    "da": Quotes("»", "«", "›", "‹"),
    "de": _LOW_HIGH,
    "el": _ANGLES,
    "es": _ANGLES,
    "et": Quotes("„", "“", "„", "“"),
    "fa": Quotes("«", "»", "‹", "›"),
    "fi": _RIGHT_ONLY,
    "fr": Quotes("«\u202f", "\u202f»", "“", "”"),
    "hr": Quotes("„", "”", "‘", "’"),
    "hu": Quotes("„", "”", "»", "«"),
    "ar": _ANGLES,
    "he": _RIGHT_ONLY,
    "is": _LOW_HIGH,
    "it": _ANGLES,
    "lt": _LOW_HIGH,
    "nb": Quotes("«", "»", "‘", "’"),
    "nn": Quotes("«", "»", "‘", "’"),
    "no": Quotes("«", "»", "‘", "’"),
    "pl": Quotes("„", "”", "«", "»"),
    "pt": _ENGLISH,
    "ro": Quotes("„", "”", "«", "»"),
    "ru": Quotes("«", "»", "„", "“"),
    "sk": _LOW_HIGH,
    "sl": _LOW_HIGH,
    "sr": Quotes("„", "“", "’", "’"),
    "sv": _RIGHT_ONLY,
    "uk": Quotes("«", "»", "„", "“"),
}
# Their own marks are typed as such; a straight quote between ideographs is meant.
_UNCHANGED = frozenset({"zh", "ja", "yue", "wuu"})

_WORDS: dict[str, Words] = {
    "ar": Words(
        "ملاحظة",
        "نصيحة",
        "مهم",
        "تحذير",
        "تنبيه",
        "المحتويات",
        "هوامش",
        "هامش {n}",
        "عودة إلى النص، هامش {n}",
        "رابط إلى هذا القسم",
        "جدول",
        "صيغة",
        "تفاصيل",
        "فيديو",
    ),
    "de": Words(
        "Hinweis",
        "Tipp",
        "Wichtig",
        "Warnung",
        "Vorsicht",
        "Inhalt",
        "Anmerkungen",
        "Anmerkung {n}",
        "Zurück zum Text, Anmerkung {n}",
        "Link zu diesem Abschnitt",
        "Tabelle",
        "Formel",
        "Einzelheiten",
        "Video",
    ),
    "es": Words(
        "Nota",
        "Consejo",
        "Importante",
        "Aviso",
        "Precaución",
        "Contenido",
        "Notas",
        "Nota {n}",
        "Volver al texto, nota {n}",
        "Enlace a esta sección",
        "Tabla",
        "Fórmula",
        "Detalles",
        "Vídeo",
    ),
    "fr": Words(
        "Remarque",
        "Astuce",
        "Important",
        "Avertissement",
        "Attention",
        "Sommaire",
        "Notes",
        "Note {n}",
        "Retour au texte, note {n}",
        "Lien vers cette section",
        "Tableau",
        "Formule",
        "Détails",
        "Vidéo",
    ),
    "it": Words(
        "Nota",
        "Suggerimento",
        "Importante",
        "Avviso",
        "Attenzione",
        "Indice",
        "Note",
        "Nota {n}",
        "Torna al testo, nota {n}",
        "Link a questa sezione",
        "Tabella",
        "Formula",
        "Dettagli",
        "Video",
    ),
    "ja": Words(
        "注記",
        "ヒント",
        "重要",
        "警告",
        "注意",
        "目次",
        "脚注",
        "注{n}",
        "本文に戻る、注{n}",
        "この節へのリンク",
        "表",
        "数式",
        "詳細",
        "動画",
    ),
    "nl": Words(
        "Opmerking",
        "Tip",
        "Belangrijk",
        "Waarschuwing",
        "Let op",
        "Inhoud",
        "Noten",
        "Noot {n}",
        "Terug naar de tekst, noot {n}",
        "Link naar deze paragraaf",
        "Tabel",
        "Formule",
        "Details",
        "Video",
    ),
    "pl": Words(
        "Uwaga",
        "Wskazówka",
        "Ważne",
        "Ostrzeżenie",
        "Przestroga",
        "Spis treści",
        "Przypisy",
        "Przypis {n}",
        "Powrót do tekstu, przypis {n}",
        "Link do tej sekcji",
        "Tabela",
        "Wzór",
        "Szczegóły",
        "Wideo",
    ),
    "pt": Words(
        "Nota",
        "Dica",
        "Importante",
        "Aviso",
        "Cuidado",
        "Conteúdo",
        "Notas",
        "Nota {n}",
        "Voltar ao texto, nota {n}",
        "Link para esta seção",
        "Tabela",
        "Fórmula",
        "Detalhes",
        "Vídeo",
    ),
    "ru": Words(
        "Примечание",
        "Совет",
        "Важно",
        "Предупреждение",
        "Осторожно",
        "Содержание",
        "Примечания",
        "Примечание {n}",
        "Назад к тексту, примечание {n}",
        "Ссылка на этот раздел",
        "Таблица",
        "Формула",
        "Подробности",
        "Видео",
    ),
    "zh": Words(
        "注意",
        "提示",
        "重要",
        "警告",
        "当心",
        "目录",
        "注释",
        "注 {n}",
        "返回正文，注 {n}",
        "本节链接",
        "表格",
        "公式",
        "详情",
        "视频",
    ),
}


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the renderer needs it; `quotes` is None where quotation marks and dashes stay as typed."""

    code: str
    quotes: Quotes | None
    words: Words


def language(tag: str) -> Language:
    """The language of a tag such as `de`, `pt-BR` or `zh_Hant`; English typography and words where it is not known."""
    return _language(tag.replace("_", "-").split("-")[0].lower()[:8])


@cache
def _known(code: str) -> Language:
    return Language(code, None if code in _UNCHANGED else _QUOTES.get(code, _ENGLISH), _WORDS.get(code, Words()))


def _language(code: str) -> Language:
    return _known(code if code in _QUOTES or code in _WORDS or code in _UNCHANGED else "en")
