"""Chooses weights and knots of a scorecard from history, for calibrate.py."""


class CannotCalibrate(Exception):
    """It cannot be done; the message says why and what to do."""
