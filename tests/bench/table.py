"""Tables as they are printed, and as Markdown for a page that the README can link. It must not compute."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """`note`: what has to be known to read it."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def as_text(table: Table) -> str:
    """With columns as wide as what is in them; names to the left, figures to the right."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(table.columns))]
    shown = ("  ".join(_aligned(cell, width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(
        [f"\n{table.title}", *([table.note] if table.note else []), "", *(line.rstrip() for line in shown)]
    )


def as_markdown(table: Table) -> str:
    """The same for a page."""
    lines = [table.columns, ("---",) * len(table.columns), *table.rows]
    shown = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([f"## {table.title}\n", *([f"{table.note}\n"] if table.note else []), *shown])


def joined(tables: Sequence[Table]) -> Table:
    """Tables with the same columns as one."""
    first = tables[0]
    return Table(first.title, first.columns, [row for table in tables for row in table.rows], first.note)


def _aligned(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)
