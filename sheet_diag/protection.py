"""Workbooks encrypted with a password of their own, and the list of the passwords."""
