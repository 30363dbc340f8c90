import pytest


class Blank:
    """A font that draws nothing."""

    def mask(self, character):
        return None


@pytest.fixture
def blank_font():
    return Blank()
