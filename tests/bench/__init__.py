"""`python -m tests.bench`: the product beside a hand-written floor, in one run, as ratios. Not collected by pytest.

Figures depend on the computer; the ratios hardly do. Each is the median of short rounds in which floor and product
take turns, so that a busy moment hits both.
"""
