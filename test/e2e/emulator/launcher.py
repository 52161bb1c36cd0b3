"""Serves moto, made more like AWS, on a free loopback port. Prints the port as its first line; ends with its stdin."""

import logging
import os
import sys
import threading

# moto's delay in seconds; when a certificate is issued depends on its DNS record (fidelity/certificates.py).
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
# The policies that AWS owns exist in every account.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import fidelity
import inventory
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class InOnePiece(WSGIRequestHandler):
    """Sends headers and body together: a client in Go, such as Terraform's provider, takes headers that come alone before the
    connection closes for a lost answer, now and then, and asks for the same change a second time."""

    wbufsize = 1 << 20

    def handle_expect_100(self):
        goes_on = super().handle_expect_100()
        # Who waits for this sends nothing before; and werkzeug would say it a second time.
        self.wfile.flush()
        del self.headers["Expect"]
        return goes_on


def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    fidelity.apply()
    moto = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, inventory.serve_beside(moto), threaded=True, request_handler=InOnePiece)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    print(server.port, flush=True)
    server.serve_forever()


main()
