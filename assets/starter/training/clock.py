"""Budgets in seconds: of the wall, or of the processor with `STARTER_CLOCK=cpu`, for machines that do other work too."""
import os
import time

now = time.process_time if os.environ.get("STARTER_CLOCK") == "cpu" else time.time
