"""Reports as PDF, printed by LibreOffice."""
