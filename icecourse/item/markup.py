"""What a page says, as a tree that HTML and plain text are both made from, so that they cannot say different things.

A tree is a list ``[tag, attributes, child, ...]`` where a child is a text or a tree: JSON, which a script turns into
elements as it is.
"""

from html import escape

Tree = list  # [tag, {attribute: text}, text or Tree, ...]

_VOID = {"img", "input", "br"}
_LINES = {"h3", "h4", "p", "summary", "th"}  # elements that end a line of the plain text


def html(part: Tree | str) -> str:
    """A tree as HTML; every text and attribute is escaped."""
    if isinstance(part, str):
        return escape(part)
    tag, attributes, *children = part
    opened = "".join([f"<{tag}", *(f' {name}="{escape(value)}"' for name, value in attributes.items()), ">"])
    return opened if tag in _VOID else f"{opened}{''.join(map(html, children))}</{tag}>"


def plain(part: Tree | str) -> str:
    """The words of a tree, for where nothing but text can be shown: a line for each paragraph."""
    if isinstance(part, str):
        return part
    text = "".join(map(plain, part[2:]))
    return f"{text}\n" if part[0] in _LINES else text
