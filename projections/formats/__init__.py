"""Formats of ballot papers: pure readers and writers, bytes in and out, one module for each format.

Every reader groups papers by their marks while it reads, resolves candidates to the contest's ids, and
refuses what it does not understand with one line that names the file, the line and the field. None of
them judges a paper: gaps, overvotes and duplicates are marks like others, for the count rule to judge.
"""
