"""What reducers read of an entry's content."""

from edge.domain.entry import Entry


def text_of(entry: Entry, name: str) -> str:
    """A text of the content; empty where nothing is said."""
    return str(entry.body.get(name) or "")
