"""All diagnoses -> the tables that compare them. Pure.

`told` takes out of one outcome what the tables need of it, where the whole record is at hand; a
`gathering` of all that was told comes to the tables, and there pandas holds what is many.
"""
