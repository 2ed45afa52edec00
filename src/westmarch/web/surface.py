"""What the pages stand on: the theme, the addresses and the options of a site, and the making of one page from them."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from westmarch import __version__
from westmarch.changes.queries import Moment
from westmarch.db.sessions import Reading
from westmarch.links.paths import directory, quote
from westmarch.site.options import NavigationItem, Site
from westmarch.web.languages import direction
from westmarch.web.metadata import PLAIN, Metadata, locale
from westmarch.web.options import Held, Options
from westmarch.web.replies import HTML, SECURITY, Reply, policy
from westmarch.web.speculation import Speculation
from westmarch.web.theme import Theme, colours
from westmarch.web.themes import Themes
from westmarch.web.words import Words

logger = logging.getLogger(__name__)

Environment = Literal["production", "staging", "development"]
#: Puts a base path or a whole address before the site's own links in stored HTML.
Place = Callable[[str, str], str]
#: Makes sanitized HTML of a line of Markdown in a language.
Line = Callable[[str, str], str]
#: The path of a post's social card, by the site, the address of the theme's mark and the post.
Card = Callable[[Site, str, Any], str]

#: In so many languages and menus head, menu and foot are kept.
MOST_CHROMES = 200
#: So many different faults of templates are told to the log.
MOST_TOLD = 1_000
#: What no document of XML 1.0 may hold, in whatever form (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: A link to a place of its own page. It matches in tags alone: in text `<` is always escaped.
_WITHIN = re.compile(r'(<a(?=\s)(?:[^">]|"[^"]*")*?\shref=")#')

_NOTHING = Markup()
#: Escaping a path costs as much as rendering a line; lists show the same ones again and again.
quoted = lru_cache(maxsize=8192)(quote)


class Surface:
    """All that is the same for every request of a site at `url`: made once, and shared by the threads that render."""

    #: Whether its pages offer to search. In a copy in files nothing would answer.
    searchable = True

    def __init__(
        self,
        url: str,
        *,
        overrides: Path,
        themes: Path,
        place: Place,
        line: Line,
        card: Card,
        frames: Iterable[str] = (),
        environment: Environment = "production",
        head_code: bool = False,
    ) -> None:
        parts = urlsplit(url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.hostname or ""
        self.base = parts.path.rstrip("/")
        self.root = self.origin + self.base
        self.place = place
        self.line = line
        self.card = card
        self.options = Options()
        self.speculation = Speculation(self.base)
        self.staging = environment == "staging"
        self.head_code = head_code
        self.headers = [(b"content-security-policy", policy(frames)), *SECURITY]
        if self.staging:
            self.headers.append((b"x-robots-tag", b"noindex, nofollow"))
        self.themes = Themes(overrides, themes, self._furnish)
        self._told: set[tuple[str, str]] = set()
        self._settings = f"{url}\0{environment}\0{head_code}"

    def _furnish(self, theme: Theme) -> None:
        """Give a theme what its templates may call; docs/theme.md says what each is."""
        theme.templates.globals.update(
            url=self.href,
            absolute=self.absolute,
            link=self.link,
            asset=lambda name: self.base + theme.asset(name),
            has=lambda name: name in theme.assets.files,
            accent=lambda colour: self.base + theme.accent(colour),
            colours=lambda **named: self.base + colours(**named),
            media=lambda digest, extension: self.base + media_path(digest, extension),
            absolute_media=lambda digest, extension: self.root + media_path(digest, extension),
            card=self._card_of(theme),
            own_head=self.own_head,
            placed=self.placed,
            line=lambda text, language: self.placed(self.line(text, language)),
            directory=directory,
            direction=direction,
            tongue=tongue,
            length_class=length_class,
            locale=locale,
            searchable=self.searchable,
            staging=self.staging,
            version=__version__,
        )

    def _card_of(self, theme: Theme) -> Callable[[Context, Any], str]:
        mark = theme.asset("icon.svg")

        @pass_context
        def card(context: Context, post: Any) -> str:
            return self.root + self.card(context["site"], mark, post)

        return card

    def href(self, path: str) -> str:
        """The address of a path as links on a page write it: without the host, with the base path."""
        return self.base + quoted(path)

    def absolute(self, path: str) -> str:
        """The whole address of a path, for feeds and canonical links."""
        return self.root + quoted(path)

    def own_head(self, site: Site) -> Markup:
        """The owner's code for the head, where the operator allows it. It was held to what may stand there."""
        return Markup(site.head) if self.head_code else _NOTHING  # noqa: S704 - see above

    def link(self, address: str) -> str:
        """An address as its owner wrote it: a path of the site gets the base path, anything else stays."""
        return self.base + address if address.startswith("/") else address

    def placed(self, html: str, page: str = "") -> Markup:
        """Stored HTML, which passed the sanitizer before, with the site's own links below the base path.

        Where it is shown elsewhere than on the page at the path `page`, links to places of that page lead there.
        """
        if page:
            html = led_to(self.href(page), html)
        return Markup(self.place(html, self.base))  # noqa: S704 - see above

    def tell(self, theme: Theme, template: str, error: Exception) -> None:
        """Tell the log once that a template of the site fails, where, and what to do."""
        place, told = theme.place_of(error) or template, f"{type(error).__name__}: {error}"
        if (place, told) not in self._told and len(self._told) < MOST_TOLD:
            self._told.add((place, told))
            logger.error(
                "%s: %s. The default's %s answers instead. Mend the file (`westmarch theme check` tells of all that is "
                "wrong) and send SIGHUP to the server.",
                place, told, template,
            )  # fmt: skip

    def view(self, session: Reading, path: str, query: str, moment: Moment, variant: str = "") -> "View":
        """The view of a request, with the site's options as the session's snapshot at `moment` has them."""
        return View(self, self.themes, self.options.current(session, moment), path, query, variant)

    def view_of_latest(self) -> "View":
        """A view of no path with the options as last read, where the database must not be asked."""
        return View(self, self.themes, self.options.latest, "", "")

    @property
    def fingerprint(self) -> str:
        """What tells whether two processes make the same pages: program, files of the themes, words, settings."""
        told = f"{self.themes.fingerprint}\0{self._settings}"
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def read_again(self) -> bool:
        """Take the files of the themes as they are now, words too; whether they are others than before.

        Views that there are keep what they began with. Raises OSError, Invalid, and all is as before then.
        """
        themes = self.themes.again()
        if themes.fingerprint == self.themes.fingerprint:
            return False
        self.themes = themes
        self._told.clear()
        return True


class WithoutSearch(Surface):
    """What the pages of a copy in files stand on."""

    searchable = False


@dataclass(frozen=True, slots=True)
class View:
    """One request as pages see it: for which path, query and variant of the site, with which themes and options."""

    surface: Surface
    themes: Themes
    held: Held
    path: str
    query: str
    variant: str = ""

    @property
    def site(self) -> Site:
        """The options of the site."""
        return self.held.site

    def words(self, language: str | None = None) -> Words:
        """The words of a language, of the site's without one."""
        theme = self.themes.chosen(self.site.theme)
        return theme.catalogues.words(language or self.site.language, self.site.zone)

    def card(self, post: Any) -> str:
        """The whole address of a post's social card; `post` has id, title and language."""
        mark = self.themes.chosen(self.site.theme).asset("icon.svg")
        return self.surface.root + self.surface.card(self.site, mark, post)

    def titled(self, entries: Iterable[NavigationItem]) -> list[NavigationItem]:
        """The entries; those without a title have the name of the listing they lead to, in the site's language."""
        words = self.words()
        return [item if item.title else item.model_copy(update={"title": words(item.listing)}) for item in entries]

    def page(
        self,
        template: str,
        *,
        title: str = "",
        description: str = "",
        language: str = "",
        canonical: str | None = None,
        noindex: bool = False,
        metadata: Metadata = PLAIN,
        status: int = 200,
        **context: Any,
    ) -> Reply:
        """A page of HTML from a template; docs/theme.md says what every template receives."""
        language = language or self.site.language
        context |= {
            "title": title,
            "description": description,
            "language": language,
            "canonical": canonical,
            "noindex": noindex,
            "metadata": metadata,
            "words": self.words(language),
        }
        text = self.rendered(template, context, chrome=True)
        headers = [self.surface.speculation.header] if status == 200 else []
        if noindex and not self.surface.staging:
            headers.append(("x-robots-tag", "noindex"))
        return Reply(text.encode("utf-8", "replace"), HTML, status, headers=tuple(headers))

    def document(self, template: str, mime: str, **context: Any) -> Reply:
        """A document of XML, such as a feed; what XML cannot hold becomes U+FFFD."""
        return Reply(_NOT_XML.sub("\ufffd", self.rendered(template, context)).encode(), mime)

    def rendered(self, template: str, context: dict[str, Any], *, chrome: bool = False) -> str:
        """The text of a template of the chosen theme; of the package's, where that of the site fails."""
        context |= {"path": self.path, "site": self.site, "variant": self.variant}
        packaged = self.themes.packaged
        theme = self.themes.chosen(self.site.theme)
        if theme is not packaged:
            try:
                return self._of(theme, template, context, chrome=chrome)
            except Exception as error:  # noqa: BLE001 - a template of the site's own may do anything but be a 500
                self.surface.tell(theme, template, error)
        return self._of(packaged, template, context, chrome=chrome)

    def _of(self, theme: Theme, template: str, context: dict[str, Any], *, chrome: bool) -> str:
        if chrome:
            context["options"] = options = self._options(theme)
            context["chrome"] = self._chrome(theme, context["language"], context["words"], options)
        return theme.templates.get_template(template).render(context)

    def _options(self, theme: Theme) -> object:
        """The options of a theme as the owner has set them, by name."""
        made = self.held.made.get((theme.key,))
        if made is None:
            made, faults = theme.set(self.site.theme_options.get(theme.name, {}))
            for fault in faults:
                logger.error("The option %s (theme %s). Its default counts.", fault, theme.name)
            self.held.made[theme.key,] = made
        return made

    def _chrome(self, theme: Theme, language: str, words: Words, options: object) -> object:
        """Head, menu and foot in a language, made once; the menu marks the page that is open, or the part it is in."""
        current = self._open_entry()
        here = current == self.path
        made = self.held.made
        key = (theme.key, language, current, "here" if here else "", self.variant)
        chrome = made.get(key)
        if chrome is None:
            template = theme.templates.get_template("chrome.html")
            chrome = template.make_module(
                {
                    "site": self.site,
                    "navigation": self.titled(self.site.navigation),
                    "language": language,
                    "words": words,
                    "current": current,
                    "here": here,
                    "options": options,
                    "variant": self.variant,
                }
            )
            if len(made) < MOST_CHROMES:
                made[key] = chrome
        return chrome

    def _open_entry(self) -> str:
        """The address in the menu that is the page, or else the longest below which it lies; empty for none."""
        addresses = [item.address for item in self.site.navigation]
        if self.path in addresses:
            return self.path
        above = (one for one in addresses if one != "/" and one.endswith("/") and self.path.startswith(one))
        return max(above, key=len, default="")


def led_to(address: str, html: str) -> str:
    """Stored HTML away from its page: what refers to a place of that page (`href="#note"`) leads to its address."""
    return _WITHIN.sub(lambda found: f"{found[1]}{escape(address)}#", html)


def tongue(language: str, around: str) -> Markup:
    """The attributes of an element whose language is not the one around it."""
    if language == around:
        return _NOTHING
    return Markup(' lang="{}" dir="{}"').format(language, direction(language))


def length_class(title: str) -> str:
    """The class, with a space before it, by which long titles are set smaller."""
    return " longer" if len(title) > 200 else " long" if len(title) > 100 else ""


def media_path(digest: str, extension: str) -> str:
    """The public path of a stored file."""
    return f"/media/{digest[:2]}/{digest[2:]}.{extension}"
