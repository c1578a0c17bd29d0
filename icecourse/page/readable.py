"""Pages on a trainee's disk, where each may be torn, changed or none at all: what reading one raises, and its title."""

from nbformat import ValidationError

from icecourse.curriculum import Page

# What nbformat and our own readers raise for a file that is no notebook, or one whose items are none (ItemError).
UNREADABLE = (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError, ValidationError)


def title(page: Page) -> str:
    """The title of a page; the name of its file where the page cannot be read or has no heading."""
    try:
        return page.title
    except (*UNREADABLE, StopIteration):
        return page.name
