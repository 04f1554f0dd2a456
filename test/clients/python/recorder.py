"""An unmodified X-Ray SDK for Python: a sampled segment, nested subsegments, an exception, central rules."""
import json
import logging
import sys
import time

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.sampling.connector import ServiceConnector

problems = []


class Collect(logging.Handler):
    def emit(self, record):
        problems.append(f"{record.levelname} {record.getMessage()}")


logging.getLogger("aws_xray_sdk").addHandler(Collect(level=logging.WARNING))

daemon = sys.argv[1]
xray_recorder.configure(service="python-client", daemon_address=daemon, context_missing="RUNTIME_ERROR")

segment = xray_recorder.begin_segment("python-client", sampling=1)
segment.put_annotation("tier", "silver")
segment.put_annotation("items", 3)
segment.put_metadata("cart", {"items": [1, 2]}, "shop")
with xray_recorder.in_subsegment("load") as load:
    load.put_annotation("cached", False)
    try:
        with xray_recorder.in_subsegment("broken"):
            raise ValueError("no such item")
    except ValueError:
        pass
xray_recorder.end_segment()

connector = ServiceConnector()
host, port = daemon.split()[0].replace("tcp:", "").split(":")
from aws_xray_sdk.core.daemon_config import DaemonConfig

connector.setup_xray_client(ip=host, port=int(port), client=None)
rules = connector.fetch_sampling_rules()
default = next(rule for rule in rules if rule.name == "Default")
default.increment_request_count()
default.increment_sampled_count()
targets, last_modification = connector.fetch_sampling_target([default])

time.sleep(0.2)
json.dump(
    {
        "traceId": segment.trace_id,
        "id": segment.id,
        "rules": [rule.name for rule in rules],
        "targets": targets,
        "lastModification": last_modification,
        "problems": problems,
    },
    sys.stdout,
)
