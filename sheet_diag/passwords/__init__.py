"""The passwords of reports: a file that people open in Excel, and no password may be lost in."""
