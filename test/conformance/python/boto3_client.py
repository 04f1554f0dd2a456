"""boto3 as a co-process: one JSON line asks for a call, one JSON line answers it.

Its own checks of parameters are off, so that the server has to refuse what is invalid.
"""
import datetime
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def plain(value):
    """Times as epoch seconds with three decimals, the rest as JSON has it."""
    if isinstance(value, datetime.datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def answer(client, operation, params):
    try:
        return {"kind": "output", "body": plain(client._make_api_call(operation, params))}
    except ClientError as error:
        response = error.response
        return {
            "kind": "error",
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
            "type": response["Error"]["Code"],
            "message": response["Error"].get("Message"),
            "resourceName": response.get("ResourceName"),
        }
    except Exception as error:  # what the serializer raises before anything is sent
        return {"kind": "unsent", "reason": f"{type(error).__name__}: {error}"}


client = boto3.client(
    "xray",
    endpoint_url=sys.argv[1],
    config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
)
for line in sys.stdin:
    call = json.loads(line)
    print(json.dumps(answer(client, call["operation"], call["input"])), flush=True)
