"""Readers of workbooks: first a survey by our own hand, then whichever library can read the cells.

A survey (`ooxml`, `binary`, `opendocument`) walks a format's own records in one pass. It tells
what the libraries do not (errors, formulas, hidden rows, merged areas, pictures), and it measures
each sheet before a library that keeps whole rectangles in memory sees it. `chain` holds the
libraries; `sheet_diag.intake.grid` puts both together.
"""
