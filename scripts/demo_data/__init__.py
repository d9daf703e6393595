"""Helpers of generate_demo_data.py: a module per source, and what they share."""
