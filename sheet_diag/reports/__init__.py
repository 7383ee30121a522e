"""Values -> workbooks: one report a client, one portfolio. No number is computed here."""
