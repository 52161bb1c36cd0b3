import json

from moto.core.responses import BaseResponse


def refuse_unknown_operations_at_once():
    """AWS refuses what it does not know with a client error. moto's 500 would be retried for many minutes."""
    call_action = BaseResponse.call_action

    def call(self):
        try:
            return call_action(self)
        except Exception as error:
            message = f"the emulator failed at {self.service_name} {self._get_action()}: {error!r}"
            print(message, flush=True)
            return 501, {}, json.dumps({"__type": "EmulatorError", "message": message})

    BaseResponse.call_action = call
