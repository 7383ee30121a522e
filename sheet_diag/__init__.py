"""Information security diagnosis from Excel hearing sheets.

The stages, in the order in which a batch runs them:

- `sheet_diag.catalog`    what is asked, how it counts, what is said
- `sheet_diag.sheet`      catalogue -> hearing sheet
- `sheet_diag.intake`     a file that came back -> answers and problems
- `sheet_diag.scoring`    answers -> scores, caps, rank
- `sheet_diag.diagnosis`  scores -> comments and insurance notice
- `sheet_diag.portfolio`  all diagnoses -> comparison tables
- `sheet_diag.reports`    values -> workbooks
- `sheet_diag.batch`      the whole flow over a folder

Each is a plain function on frozen records of `sheet_diag.model`; import the one you need.
"""

__version__ = "0.1.0"
