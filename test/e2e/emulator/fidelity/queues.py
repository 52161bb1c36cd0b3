import json
import threading

from moto.sqs.models import Queue


def keep_attributes():
    """SetQueueAttributes changes what it names and nothing else; moto forgets a queue's policy at each, and does not know who may
    use a queue for its dead letters."""
    set_attributes = Queue._set_attributes
    one_at_a_time = threading.Lock()

    def set_named(self, attributes, now=None):
        with one_at_a_time:
            policy = self.policy if "_policy_json" in self.__dict__ else None
            set_attributes(self, {"Policy": policy, **attributes}, now)
            # Emptied, an attribute is gone.
            self.redrive_allow_policy = self.redrive_allow_policy or None
            # A queue is encrypted by one of the two.
            if attributes.get("KmsMasterKeyId"):
                self.sqs_managed_sse_enabled = False

    Queue._set_attributes = set_named
    Queue.redrive_allow_policy = None
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]


def write_json_without_blanks():
    """SQS returns a redrive policy without blanks; moto has some, which a plan takes for a change."""
    attributes = Queue.attributes.fget

    def compact(self):
        result = attributes(self)
        if result.get("RedrivePolicy"):
            result["RedrivePolicy"] = json.dumps(json.loads(result["RedrivePolicy"]), separators=(",", ":"))
        return result

    Queue.attributes = property(compact)
