"""ICE for Paralegals: the item, its journal, its grading, its facts. ``%load_ext icecourse`` starts a notebook."""

__version__ = "0.1.0"


class Refused(Exception):
    """Why a command does nothing, as one plain sentence: what, where, what to do. Commands print it and stop."""


def load_ipython_extension(shell):
    """Register %%item and %explore; IPython calls this for ``%load_ext icecourse``."""
    from .magic import CourseMagics

    shell.register_magics(CourseMagics)
