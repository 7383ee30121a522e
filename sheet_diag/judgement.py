"""Sets what the consultant decided on top of what was read, with a record of each change."""
