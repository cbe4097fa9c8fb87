"""`python -m tests.chaos`: the program is killed at random moments while people write. Not collected by pytest.

A ledger of what was acknowledged is compared with the database and with what everybody's chat shows.
"""
