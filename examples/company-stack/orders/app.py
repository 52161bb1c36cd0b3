"""Two functions of the orders team. `place` finds its queue and its key in its environment, like any program."""

import hashlib
import hmac
import json
import os
import uuid

import boto3

PRICE = 12


def quote(quantity: int = 1) -> dict:
    return {"quantity": quantity, "total": quantity * PRICE}


def place(body: dict) -> dict:
    order = {"id": uuid.uuid4().hex, **body}
    text = json.dumps(order)
    signature = hmac.new(os.environ["SIGNING_KEY"].encode(), text.encode(), hashlib.sha256).hexdigest()
    boto3.client("sqs").send_message(
        QueueUrl=os.environ["ORDERS_QUEUE_URL"],
        MessageBody=text,
        MessageAttributes={"signature": {"DataType": "String", "StringValue": signature}},
    )
    return order
