"""Use cases: what a person comes to the desk for, one file a noun.

Every one reads the same way: load → propose → (rules) → append → open → return. The rules authorise; nothing here does.
"""
