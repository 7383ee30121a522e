"""The vocabulary: frozen records and closed sets that every stage speaks, and nothing that acts.

`catalog` holds what is asked, `returns` what came back, `results` what follows from it.
"""
