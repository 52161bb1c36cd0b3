# This file and __init__.py keep to syntax that any Python reads, so that an old one gets the sentence below.
import sys

if sys.version_info < (3, 10):
    sys.exit(
        "slipway: Python 3.10 or newer is needed; this is %d.%d (%s). Install a newer one, or use an image that has one."
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

from slipway.command import main

sys.exit(main())
