"""`python -m sheet_diag`: the same as the command `sheet-diag`."""

from sheet_diag.cli import main

if __name__ == "__main__":
    main()
