"""Refusing: how every command and every reader of ours says no."""


class Refused(Exception):
    """Why nothing was done, as one plain sentence: what, where, what to do. Commands print it and stop."""
