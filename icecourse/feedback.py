"""The page that a trainee gets back: nbgrader's feedback with a template of our own.

nbgrader's template prints the graded cells' source, keys included, has no language and asks a CDN for MathJax.
"""

from collections.abc import Iterator
from pathlib import Path

import bleach
from nbconvert.exporters import HTMLExporter
from traitlets import default

TEMPLATES = Path(__file__).parent / "templates"
TAGS = {"a", "blockquote", "br", "code", "div", "em", "li", "ol", "p", "q", "strong", "ul"}


class FeedbackExporter(HTMLExporter):
    """For ``c.GenerateFeedback.exporter_class``."""

    def __init__(self, config=None, **kwargs):
        # GenerateFeedback forces nbgrader's template by configuration, which outranks any default of a class.
        config = config.copy() if config else config
        if config and "HTMLExporter" in config:
            del config["HTMLExporter"]
        super().__init__(config=config, **kwargs)

    @default("template_name")
    def _template_name_default(self) -> str:
        return "ice-feedback"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Iterator[tuple]:
        yield from super().default_filters()
        yield "item_html", item_html


def item_html(html: str) -> str:
    """HTML of an output with everything taken out that an item's page does not need: no script can pass."""
    return bleach.clean(html, tags=TAGS, attributes={"a": ["href"], "div": ["class"]}, protocols={"https"}, strip=True)
