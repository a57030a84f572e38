"""The composition root: settings → stores + witness + sealing → an office for the desk.

Everything that is read from this machine besides the store is read here: the home folder, its configuration, the
storage key, open sessions.
"""
