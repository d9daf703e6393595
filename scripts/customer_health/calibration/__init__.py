"""Chooses weights and knots of a scorecard from history, for calibrate.py."""


class CannotCalibrate(Exception):
    """It cannot be done; the message says why and what to do."""


def counted(number: int, noun: str) -> str:
    """1 account, 2,000 accounts."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
