import json

from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket

WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def take_requests_for_encrypted():
    """A policy that refuses requests without TLS refuses none of an SDK's; moto, which has no TLS here, refuses them all."""
    get_permission = FakeBucket.get_permission

    def get(self, action, resource):
        if self.policy is None:
            return get_permission(self, action, resource)
        policy = json.loads(self.policy)
        statements = [one for one in policy["Statement"] if one.get("Condition") != WITHOUT_TLS]
        return IAMPolicy(json.dumps({**policy, "Statement": statements})).is_action_permitted(action, resource)

    FakeBucket.get_permission = get
