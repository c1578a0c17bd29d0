"""What a page of the course shows and how it answers, in whichever host: no kernel, no server, no nbgrader."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"  # scripts and styles of items and explorers
