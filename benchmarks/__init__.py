"""How fast, in how much memory: measured beside a plain pipeline and beside a lower bound.

Nothing of the product imports this; `make bench` writes docs/performance.md.
"""
