"""The Board's rules as pure code and data: clauses, passwords, e-mails, second factors, names, platforms, settings.

No clock, no randomness and no input or output, but for the data files beside the code.
"""
