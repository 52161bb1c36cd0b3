"""The open one of the functions of examples/company-stack/orders."""

import app
from functions_alone import alone

quote = alone("GET", app.quote)
