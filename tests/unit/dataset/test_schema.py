"""One table of columns for ``datasets`` and for Arrow."""

import pytest

from cbs_bench.dataset import schema


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_files_carry_the_schema_that_datasets_would_give_them(config):
    wanted = schema.features(config, ("n", "v")).arrow_schema
    assert schema.arrow_schema(config, ("n", "v")).equals(wanted, check_metadata=True)
