"""The functions of examples/hello."""

from app import hello, process
from functions_alone import alone

greet = alone("GET", hello)
submit = alone("POST", process, docs=True)
