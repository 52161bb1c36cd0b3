"""Runs plain Python functions as Slipway endpoints: ``python -m slipway serve --help``."""

__version__ = "0.1.0"

__all__ = ["__version__"]
