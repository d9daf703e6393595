"""Colours of everything that people look at: pages, plots, workbooks.

A colour never tells a band alone: its symbol and its label stand beside it. The bands
differ in lightness too, so that they can be told apart without red and green.
"""

BAND_COLOURS = {
    "healthy": "#1f8a70",
    "watch": "#ecc452",
    "at_risk": "#dd6f2a",
    "critical": "#9b1b3b",
    "unknown": "#9aa0a6",
}
BAND_SYMBOLS = {
    "healthy": "●",
    "watch": "▲",
    "at_risk": "◆",
    "critical": "■",
    "unknown": "○",
}
# for bands that a seed names otherwise: by the word in its column colour
COLOUR_WORDS = {
    "green": "healthy",
    "yellow": "watch",
    "orange": "at_risk",
    "red": "critical",
    "grey": "unknown",
}

INK = "#1c2733"
GREY = "#8796a5"
LINE = "#dfe5ea"
SCORE = "#1f5fa8"
GOOD, BAD = "#1f6f8b", "#b2263a"
# kinds of causes, from a palette that stays apart without red and green
CAUSES = {
    "behaviour": "#1f5fa8",
    "coverage": "#8796a5",
    "configuration": "#8c6bb1",
    "caps": "#b2263a",
}
