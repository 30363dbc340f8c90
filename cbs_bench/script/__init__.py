"""The written form: label notation, components, tag sets."""
