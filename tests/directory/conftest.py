"""What the tests of the directory share with those of the community."""

from tests.community.conftest import places

__all__ = ["places"]
