"""Runs function calls: ``python -m slipway serve --kind calls``. docs/calls.md has the protocol with the gateway.

The *supervisor* has both connections to the gateway and never runs the user's code. *Children* do, so that what blocks, crashes
or ends them never keeps a ping, a cancel or a timeout waiting.
"""
