"""The command scripts/dashboards."""

import sys

from customer_health.dashboards.making import main

sys.exit(main())
