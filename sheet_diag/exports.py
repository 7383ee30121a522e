"""The full tables of a run as files for other programs: CSV and Parquet."""
