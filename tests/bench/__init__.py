"""`python -m tests.bench`: the program as it is shipped, beside floors written by hand and beside an earlier version.

Only its tests (`test_*.py`) are collected by pytest, and they measure no time. Figures depend on the computer; ratios
hardly do. Each is made within one round, in which floors, earlier version and product take turns, so that a busy moment
hits all of them. Programs are driven from outside only (HTTP, tables, commands, settings), so that any version can be.
"""
