"""Explorers: small things to try out in a lesson, each with one data file beside this module and no law in code.

``data`` reads a file, ``dates`` counts, ``text`` says everything as text. Nothing that a trainee does in one is kept.
"""
