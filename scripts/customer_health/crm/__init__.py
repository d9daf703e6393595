"""Writes the health of accounts to a CRM: what changed, and nothing twice."""


class CannotPush(Exception):
    """Nothing, or not all, could be sent; the message says what to do."""
