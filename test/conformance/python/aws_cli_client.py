"""The AWS CLI's own driver as a co-process: one JSON line asks for a call, one JSON line answers it.

What is answered is what the command printed. Only the status, which it does not print, is taken from its events.
"""
import contextlib
import io
import json
import re
import sys

from awscli.clidriver import create_clidriver
from botocore import xform_name

ERROR = re.compile(r"An error occurred \((?P<type>\w+)\) when calling the \w+ operation[^:]*: (?P<message>.*)", re.S)

status = None


def remember_status(http_response, **_):
    global status
    status = http_response.status_code


def without_nulls(members):
    """The pager prints null for what no page had."""
    return {name: value for name, value in members.items() if value is not None}


def answer(driver, operation, params):
    global status
    status = None
    out, err = io.StringIO(), io.StringIO()
    command = xform_name(operation, "-")
    words = ["--output", "json", "xray", command, "--cli-input-json", json.dumps(params)]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = driver.main(words)
    if code == 0:
        return {"kind": "output", "body": json.loads(out.getvalue() or "{}", object_hook=without_nulls)}
    if status is None:
        return {"kind": "unsent", "reason": err.getvalue().strip()}
    error = ERROR.search(err.getvalue())
    if error is None:
        raise RuntimeError(f"{command} ended with {code} and said: {err.getvalue()}")
    return {"kind": "error", "status": status, "type": error["type"], "message": error["message"].rstrip("\n")}


driver = create_clidriver()
driver.session.register("after-call.xray", remember_status)
for line in sys.stdin:
    call = json.loads(line)
    print(json.dumps(answer(driver, call["operation"], call["input"])), flush=True)
