"""The FastAPI app of examples/frameworks, told where it is mounted."""

import os

from app import app

app.root_path = os.environ.get("SCRIPT_NAME", "")
