"""Extracts and a workbook for Tableau, made from the published marts."""
