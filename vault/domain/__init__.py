"""What the words mean: frozen values, ids and enums. No input or output, no clock, no third party."""
