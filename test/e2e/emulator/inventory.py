"""GET /resources: everything that exists in the emulator, found by walking moto's backends.

moto's own /moto-api/data.json lists every object that was ever made, also what is long deleted.
"""

import json
import sys

from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel

ACCOUNT = "123456789012"
REGION = "us-east-1"

# AWS lists these for a while after they were deleted: NAT gateways and endpoints, ECS clusters, services, task definitions.
GONE = {"deleted", "INACTIVE"}
# AWS's own, the same in every account: no one creates or deletes them.
OWNED_BY_AWS = {"AWSManagedPolicy", "AccountSummary"}
IDENTITY = ("arn", "id", "name", "alias_name")


def serve_beside(moto):
    # What a new account has, such as its default VPC, is there from the start and not from the first call on.
    get_backend("ec2")[ACCOUNT][REGION]

    def app(environ, start_response):
        if environ["PATH_INFO"] != "/resources":
            return moto(environ, start_response)
        body = json.dumps(sorted(resources())).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return app


def resources():
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("moto.")]
    services = {id(value): value for module in modules for value in list(vars(module).values()) if isinstance(value, BackendDict)}
    backends = [backend for service in services.values() for regions in list(service.values()) for backend in list(regions.values())]
    return [f"{name_of(backend)} {name_of(model)} {identity_of(model)}" for backend in backends for model in models_in(backend)]


def models_in(backend):
    seen, waiting = set(), list(vars(backend).values())
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, (str, bytes, int, float, type, BaseBackend)):
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            waiting += list(value.values())
        elif isinstance(value, (list, tuple, set)):
            waiting += list(value)
        elif isinstance(value, BaseModel) and exists(value):
            yield value
            waiting += list(vars(value).values())


def exists(model):
    if name_of(model) in OWNED_BY_AWS or str(getattr(model, "status", None) or getattr(model, "state", None)) in GONE:
        return False
    # AWS makes a key of its own when a service first encrypts with it, and keeps it.
    return getattr(model, "key_manager", None) != "AWS" and not str(getattr(model, "alias_name", "")).startswith("alias/aws/")


def identity_of(model):
    names = (getattr(model, key, None) for key in IDENTITY)
    plain = {key: value for key, value in vars(model).items() if isinstance(value, (str, int))}
    return next((name for name in names if isinstance(name, str)), json.dumps(plain, sort_keys=True))


def name_of(thing):
    return type(thing).__name__.removesuffix("Backend")
