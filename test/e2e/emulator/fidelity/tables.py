import threading

from moto.dynamodb.responses import DynamoHandler


def read_and_write_items_as_a_whole():
    """A condition holds until what it allows is written, and nobody reads half of a change; moto answers in many threads at once."""
    call_action = DynamoHandler.call_action
    one_at_a_time = threading.RLock()

    def call(self):
        with one_at_a_time:
            return call_action(self)

    DynamoHandler.call_action = call
