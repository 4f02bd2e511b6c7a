"""Matters (事项): the counter's business, told as data. `flow` says what a flow is, `standing` how
one matter stands, `registry` which flows there are; each other module holds a group of them.
"""
