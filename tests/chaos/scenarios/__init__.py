"""What `make chaos` does to the running program, one subject a file.

Each file has one `async def run(ground: Ground) -> list[str]`: it prints a line for everything it tried, with its
figures, and returns what must not be, in words. The registry is in `tests/chaos/__main__.py`.
"""
