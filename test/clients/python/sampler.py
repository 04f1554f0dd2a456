"""Samplers of the unmodified X-Ray SDK for Python, by their own pollers: see node/sampler-run.mjs."""
import json
import logging
import sys
import threading
import time
from collections import Counter

from aws_xray_sdk.core.context import Context
from aws_xray_sdk.core.daemon_config import DaemonConfig
from aws_xray_sdk.core.sampling.sampler import DefaultSampler

TICK = 0.05

logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
daemon, count = sys.argv[1:3]


def started_sampler():
    sampler = DefaultSampler()
    sampler.load_settings(DaemonConfig(daemon), Context())
    return sampler


def decide(sampler, path):
    request = {"host": "fleet.test", "method": "GET", "path": path, "service": "fleet"}
    while True:
        try:
            return bool(sampler.should_trace(request))
        except AttributeError as error:
            # A defect of the SDK: while its poller takes up changed rules, an old rule is matched by that has lost
            # its reservoir to the new one (SamplingRule.merge).
            if "borrow_or_take" not in str(error):
                raise


def tick(sampler, result):
    for _ in range(20):
        result["requests"] += 1
        result["sampled"] += decide(sampler, "/rate")
    for _ in range(2):
        second = int(time.time())
        result["asked"][second] += 1
        result["reservoir"][second] += decide(sampler, "/reservoir")
        if int(time.time()) != second:
            result["torn"] += [second, second + 1]
    for path, member in (("/changed", "changedAt"), ("/added", "addedAt")):
        if decide(sampler, path) and result[member] is None:
            result[member] = time.time() * 1000


samplers = [started_sampler() for _ in range(int(count))]
while not all([all([decide(sampler, "/ready") for _ in range(20)]) for sampler in samplers]):
    time.sleep(TICK)
results = [
    {
        "requests": 0,
        "sampled": 0,
        "asked": Counter(),
        "reservoir": Counter(),
        "torn": [],
        "changedAt": None,
        "addedAt": None,
    }
    for _ in samplers
]
print("ready", flush=True)
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
while not ended.wait(TICK):
    for sampler, result in zip(samplers, results):
        tick(sampler, result)
print(json.dumps(results), flush=True)
