"""The tables that the bench prints."""

from statistics import median

from tests.bench.intake import Intake
from tests.bench.measuring import Measured
from tests.bench.questions import QUESTIONS, Answered
from tests.bench.sockets import SOCKETS, Memory


def print_intake(measured: list[Intake]) -> None:
    print("\nIntake: words into an open case, until committed and acknowledged. Ratio: product / floor.\n")
    print(f"{'database':12}{'senders':>8}  {'':22}{'per second':>11}{'ratio':>8}{'p99 ms':>9}{'ratio':>8}")
    for one in measured:
        for what, values in (
            ("floor, by hand", one.floor),
            ("Telegram update", one.telegram),
            ("web, HTTP and client", one.web),
        ):
            print(f"{one.database:12}{one.senders:>8}  {what:22}{_against(values, one.floor)}")


def _against(values: Measured, floor: Measured) -> str:
    rate, wait = values.per_second, values.slowest_milliseconds
    rates, waits = rate / floor.per_second, wait / floor.slowest_milliseconds
    return f"{rate:>11.0f}{rates:>8.2f}{wait:>9.1f}{waits:>8.1f}"


def print_questions(answered: list[Answered]) -> None:
    print(f"\nQuestions over Telegram, update in to receipt out, {QUESTIONS} at once. Ratio: product / echo bot.\n")
    print(f"{'database':12}{'echo bot /s':>12}{'product /s':>12}{'ratio':>8}")
    for one in answered:
        print(f"{one.name:12}{median(one.echo):>12.0f}{median(one.product):>12.0f}{one.ratio:>8.2f}")


def print_memory(memory: Memory) -> None:
    print(f"\nMemory of one more idle live chat, of {SOCKETS}. Ratio: product / bare aiohttp socket.\n")
    print(f"{'bare KiB':>12}{'product KiB':>13}{'ratio':>8}")
    print(f"{memory.bare:>12.1f}{memory.product:>13.1f}{memory.product / memory.bare:>8.2f}")
