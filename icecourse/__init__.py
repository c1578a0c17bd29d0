"""ICE for Paralegals: the item, its journal, its grading, its facts. ``%load_ext icecourse`` starts a notebook."""

__version__ = "0.1.0"


def load_ipython_extension(shell):
    """Register %%item and %explore; IPython calls this for ``%load_ext icecourse``."""
    from icecourse.kernel.magics import CourseMagics

    shell.register_magics(CourseMagics)
