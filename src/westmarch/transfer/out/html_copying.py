"""A static copy on its way: what the site answers is written, and what its pages name is asked for in turn."""

import json
import re
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from sqlalchemy import bindparam, func, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid, Unavailable
from westmarch.feeds.public import JSON
from westmarch.links.models import Link
from westmarch.links.parameters import uncounted
from westmarch.links.paths import FEEDS, directory, quote
from westmarch.subjects.models import Subject
from westmarch.transfer.importing import Progress
from westmarch.transfer.out import html_redirects
from westmarch.transfer.out.html_copied import Copied, Dead, Lost, PublicSite
from westmarch.transfer.out.html_fetching import fetch
from westmarch.transfer.out.html_files import Files, name_of
from westmarch.transfer.out.html_links import Inside, listed, named
from westmarch.transfer.out.html_redirects import Redirect
from westmarch.web.replies import Reply

#: Kinds of subjects whose page is a list, with feeds below it.
_LISTS = frozenset({"tag", "topic", "author"})
#: No link can have it, so that what answers there is the page of what is missing.
_NOWHERE = "/static/"
_CHUNK = 500
#: So many pages go by until it is told how many there are by now.
_TOLD_EVERY = 100
_LINKS = (
    select(Link.id, Link.path, Link.query, Link.current, Subject.kind)
    .outerjoin(Subject, Subject.id == Link.subject_id)
    .where(Link.id > bindparam("after"))
    .order_by(Link.id)
    .limit(_CHUNK)
)
_COUNT = select(func.count()).select_from(Link).where(Link.query == "")
#: In a feed, the way to its archive: documents told apart by a query, which no file server does.
_ARCHIVE = re.compile(rb'<(?:atom:)?link rel="prev-archive"[^>]*>\n?')


class _Stopped(Exception):
    """Ends the reading when nobody waits for it any more."""


class Copying:
    """One copy on its way: what was asked for, what is named and by which page, what is there."""

    def __init__(self, site: PublicSite, place: Path, done: Copied, progress: Progress) -> None:
        parts = urlsplit(site.url)
        self.site = site
        self.done = done
        self.progress = progress
        self.stopped = Event()
        self.base = parts.path.rstrip("/")
        self.inside = Inside(f"{parts.scheme}://{parts.netloc}", self.base)
        self.files = Files(place, self.base)
        self._queue: deque[str] = deque()
        self._late: list[str] = []
        self._seen: set[str] = set()
        self._there: set[str] = set()
        self._lost: set[str] = set()
        self._documents: set[str] = set()
        self._named: dict[str, str] = {}
        self._asked = self._known = 0
        self._of_program: dict[str, None] = dict.fromkeys(site.files)
        self._redirects: list[Redirect] = []
        self._missing = b""

    def pages(self, session: Reading) -> None:
        """Write all that the database answers: the listings, what is at all links, and whatever these lead to."""
        if self._asked:  # The database runs a reading again whose connection is gone.
            raise Unavailable("The connection to the database was lost.", hint="Run the export again.")
        self._known = (session.scalar(_COUNT) or 0) + len(self.site.listings)
        self.progress.begin(self._known)
        for path in self.site.listings:
            self._want(path)
        self._ask_for_all(session)
        for row in _links(session):
            if row.query:
                self.done.queries += 1
                continue
            self._want(row.path)
            self._ask_for_all(session)
            if row.current and row.kind in _LISTS and row.path in self._there:
                for feed in FEEDS:
                    self._want(directory(row.path) + feed)
        self._ask_for_all(session)
        self._missing = self.site.render(session, _NOWHERE, "").body
        self._follow(session, _NOWHERE, named(self._missing.decode("utf-8", "replace")))
        self._ask_for_all(session)
        while self._late:
            self._queue.append(self._late.pop())
            self._ask_for_all(session)

    async def files_of_program(self) -> None:
        """Write pictures and other media that pages name, social cards, icons, and the files of the theme."""
        self.progress.begin(self._asked + len(self._of_program))
        for path in self._of_program:
            try:
                address = f"{self.inside.origin}{self.base}{quote(path)}"
                status = await fetch(self.site.app, address, partial(self.files.opened, path))
            except UnicodeEncodeError:
                self._lose(path.encode(errors="backslashreplace").decode(), "its name is not UTF-8")
                continue
            except Invalid as error:
                self._lose(path, error.message)
                continue
            if status == 200:
                self._there.add(path)
                self.done.files += 1
            elif status >= 500:
                self._lose(path, f"the program answers {status}")
            self.progress.step()

    def finish(self) -> None:
        """Write the redirects and the page of what is missing, and tell which addresses lead nowhere."""
        for one in self._redirects:
            try:
                self._write_redirect(one)
            except Invalid as error:
                self._lose(one.path, error.message)
        place = self.files.place
        with suppress(Invalid):  # A page of the site may have this path.
            self.files.write("/404.html", self._missing, page=True)
        if self.base:
            if not (place / "404.html").exists():
                (place / "404.html").write_bytes(self._missing)
            root = Redirect("/", f"{self.base}/", f"{self.site.url}/", 302, "/")
            (place / "index.html").write_bytes(html_redirects.page(root, self.site.language))
        if self._redirects or self.base:
            self._write_lines(place / html_redirects.NAME)
        self.done.dead += [
            Dead(path, page) for path, page in self._named.items() if path not in self._there and path not in self._lost
        ]

    def _write_lines(self, file: Path) -> None:
        try:
            with file.open("x", encoding="utf-8") as lines:
                lines.writelines(html_redirects.lines(self._redirects, self.base))
        except FileExistsError:
            self._lose(f"/{file.name}", "a page of the site has this path, so hosts that read the file get none")

    def _want(self, path: str, page: str | None = None) -> None:
        """Ask for what is at a path, once; `page` is the path of one that names it."""
        if page is not None:
            self._named.setdefault(path, page)
        if path in self._of_program or path in self._seen:
            return
        if path.startswith(("/static/", "/media/")):
            self._of_program[path] = None
            return
        self._seen.add(path)
        if path.endswith("/index.html"):  # The folder's page has its file first.
            self._late.append(path)
        else:
            self._queue.append(path)

    def _ask_for_all(self, session: Reading) -> None:
        while self._queue:
            if self.stopped.is_set():
                raise _Stopped
            self._ask(session, self._queue.popleft())
            self._asked += 1
            if self._asked % _TOLD_EVERY == 0:
                self._known = max(self._known, self._asked + len(self._queue))
                self.progress.begin(self._known + len(self._of_program))
            self.progress.step()

    def _ask(self, session: Reading, path: str) -> None:
        reply = self.site.render(session, path, "")
        if reply.status_code == 200:
            self._keep(session, path, reply)
        elif reply.status_code in (301, 302):
            self._lead_on(path, reply)
        elif reply.status_code == 410:
            self.done.gone += 1
        elif reply.status_code >= 500:
            self._lose(path, f"the program answers {reply.status_code}")

    def _keep(self, session: Reading, path: str, reply: Reply) -> None:
        """Write a page or a document, and ask for what it names."""
        page = reply.mime.startswith("text/html")
        try:
            self.files.write(path, _without_archive(reply), page=page)
        except Invalid as error:
            self._lose(path, error.message)
            return
        self._there.add(path)
        if page:
            self.done.pages += 1
            self._follow(session, path, named(reply.body.decode("utf-8", "replace")))
            return
        self.done.documents += 1
        self._documents.add(path)
        if path.startswith("/sitemap"):
            self._follow(session, path, listed(reply.body.decode("utf-8", "replace")))

    def _follow(self, session: Reading, page: str, addresses: Iterator[str]) -> None:
        for address in addresses:
            try:
                found = self.inside.of(page, address)
            except Invalid:
                self.done.dead.append(Dead(address, page))
                continue
            if found is None:
                continue
            path, query = found[0], uncounted(found[1])
            if query:
                self._try_query(session, page, path, query)
            else:
                self._want(path, page)

    def _try_query(self, session: Reading, page: str, path: str, query: str) -> None:
        """A link with a query is as good as one without, unless something else is there."""
        address = f"{path}?{query}"
        if address in self._seen:
            return
        self._seen.add(address)
        status = self.site.render(session, path, query).status_code
        if status == 200 or path.startswith(("/static/", "/media/")):
            self._want(path, page)
        elif status < 400:
            self._lose(address, f"a file server does not look at the query; {page} names it")
        else:
            self.done.dead.append(Dead(address, page))

    def _lead_on(self, path: str, reply: Reply) -> None:
        location = reply.headers["location"]
        root = f"{self.inside.origin}{self.base}"
        address = location
        if location == root or location.startswith(f"{root}/"):
            address = location[len(self.inside.origin) :]
        found = self.inside.of(path, location)
        target = found[0] if found else None
        self._there.add(path)
        if target is not None:
            self._want(target, path)
            if name_of(path, page=True) == name_of(target, page=True):
                return  # As `/about` and `/about/`: the file server leads from one to the other.
        self._redirects.append(Redirect(path, address, location, reply.status_code, target))

    def _write_redirect(self, one: Redirect) -> None:
        """A page that leads on; where a document or a file is meant, that once more, as no program reads pages."""
        if one.target in self._documents or one.target in self._of_program:
            if one.target not in self._there:
                return
            with self.files.opened(one.path) as file, self.files.there(one.target).open("rb") as there:
                shutil.copyfileobj(there, file)
        else:
            self.files.write(one.path, html_redirects.page(one, self.site.language), page=True)
        self.done.redirects += 1

    def _lose(self, address: str, reason: str) -> None:
        self._lost.add(address)
        self.done.lost.append(Lost(address, reason))


def _without_archive(reply: Reply) -> bytes:
    """What is answered, but for the way from a feed to older documents of it: those have a query."""
    if reply.mime == JSON:
        feed = json.loads(reply.body)
        if "next_url" not in feed:
            return bytes(reply.body)
        del feed["next_url"]
        return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")
    return _ARCHIVE.sub(b"", reply.body) if "xml" in reply.mime else bytes(reply.body)


def _links(session: Reading) -> Iterator[NamedRow]:
    """All links by id."""
    after = 0
    while rows := session.execute(_LINKS, {"after": after}).all():
        yield from rows
        after = rows[-1].id
