"""What is done at the counter: one function is one act, and one transaction.

Each takes the office, the signed-in clerk, and what was decided; it checks the clerk's right,
appends entries, and returns what the screen shows next. Errors are those of `edge.domain.errors`.
"""
