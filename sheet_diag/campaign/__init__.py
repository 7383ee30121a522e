"""A campaign by mail: from a client list to everyone's return, report and password.

`errands` are its commands. `parcels` and `reminding` tell what is due, `selecting` what of it goes
out now; `mailing` writes the mails and has the guard look at them, `posting` puts them into folders
or sends them once a person has agreed.
"""
