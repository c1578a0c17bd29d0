"""What an item looks like to a trainee: what the script is told of it, and the whole item as text."""

from html import escape

from icecourse.content.cases import Case
from icecourse.item import kinds
from icecourse.item.option_order import options
from icecourse.item.record import Item
from icecourse.item.response_feedback import citations

# A page that was saved and is opened without a kernel cannot show a widget: Jupyter waits for it or says so in one
# line, which this hides, for the text form beside it says everything.
_BESIDE = (
    "<style>.jp-OutputArea-child:has(+ .jp-OutputArea-child .ice-text) .jp-OutputArea-output:not(:has(*))"
    "{display:none}</style>"
)


def text_alternative(html: str, plain: str) -> dict[str, str]:
    """The output that stands beside a widget and says the same, by MIME type: shown where no widget can be."""
    return {"text/html": f'{_BESIDE}<div class="ice-text">{html}</div>', "text/plain": plain}


def of_item(item: Item, response: object) -> dict[str, str]:
    """The text form of an item with the answer marked."""
    text = plain(item, response)
    return text_alternative(f'<div style="white-space: pre-wrap">{escape(text)}</div>', text)


def for_script(item: Item) -> dict:
    """What a page's script is told of an item, without its key.

    id, kind, stem, format, confidence; left sides and options as ``[[id, text], ...]`` in the order shown; the case
    as objects and lists, with the citations of each scene, {} where there is none.
    """
    return {
        "id": item.id,
        "kind": item.kind,
        "stem": item.stem,
        "format": item.format,
        "confidence": item.confidence,
        "left": [list(pair) for pair in item.left.items()],
        "options": options(item),
        "case": _case(item.case) if item.case else {},
    }


def _case(case: Case) -> dict:
    return case.plain() | {"sources": {name: citations(scene.facts) for name, scene in case.scenes.items()}}


def plain(item: Item, response: object) -> str:
    """The item as text with the answer marked: for print, and for a reader without a kernel."""
    shown = [option for option, _ in options(item)]
    return "\n".join([item.stem, *kinds.of(item).text(item, response, shown)])
