"""How calls are made: docs/calls.md has the HTTP API.

What to ask, and what to make of the answers, is written once as generators of steps (``operations``); ``blocking`` and
``asynchronous`` take the steps.
"""
