"""Values as pages write them, the same on every page."""


def figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def points(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def count(value: int | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def money(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value / 1e6:,.1f}m" if value >= 1e6 else f"{value / 1e3:,.0f}k"


def words(name: object) -> str:
    return str(name).replace("_", " ")


FILTERS = {
    "share": share,
    "figure": figure,
    "points": points,
    "signed": signed,
    "count": count,
    "money": money,
    "words": words,
}
