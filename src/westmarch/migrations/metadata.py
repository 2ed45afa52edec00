"""All tables of the program in one place, for migrations and checks."""

from sqlalchemy import MetaData

from westmarch.accounts import models as accounts
from westmarch.authors import models as authors
from westmarch.books import models as books
from westmarch.changes import models as changes
from westmarch.comments import models as comments
from westmarch.db.model import Model
from westmarch.events import models as events
from westmarch.followers import models as followers
from westmarch.journal import models as journal
from westmarch.links import models as links
from westmarch.mail import models as mail
from westmarch.media import models as media
from westmarch.posts import models as posts
from westmarch.presence import models as presence
from westmarch.site import models as site
from westmarch.subjects import models as subjects
from westmarch.tags import models as tags
from westmarch.textindex import models as textindex
from westmarch.topics import models as topics
from westmarch.transfer import models as transfer

#: The modules whose import defines the tables.
FEATURES = (
    accounts,
    authors,
    books,
    changes,
    comments,
    events,
    followers,
    journal,
    links,
    mail,
    media,
    posts,
    presence,
    site,
    subjects,
    tags,
    textindex,
    topics,
    transfer,
)

metadata: MetaData = Model.metadata
