"""A client's diagnosis beside the one of an earlier run. Pure."""
