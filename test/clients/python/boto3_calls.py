"""boto3 with only the endpoint changed: puts documents, reads them back by every read operation."""
import datetime
import json
import sys
import time

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, signing, documents_file = sys.argv[1:4]
config = Config(signature_version=UNSIGNED) if signing == "unsigned" else Config()
client = boto3.client(
    "xray",
    endpoint_url=endpoint,
    region_name="eu-central-1",
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="secret",
    config=config,
)
with open(documents_file, encoding="utf8") as file:
    documents = json.load(file)
put = client.put_trace_segments(TraceSegmentDocuments=[json.dumps(d) for d in documents] + ["not json"])
ids = sorted({d["trace_id"] for d in documents})

deadline = time.time() + 5
while True:
    traces = client.batch_get_traces(TraceIds=ids[:5])
    if len(traces["Traces"]) == len(ids[:5]) or time.time() > deadline:
        break
    time.sleep(0.05)

now = datetime.datetime.now(datetime.timezone.utc)
window = {"StartTime": now - datetime.timedelta(minutes=10), "EndTime": now + datetime.timedelta(minutes=1)}
summaries = [s for page in client.get_paginator("get_trace_summaries").paginate(**window) for s in page["TraceSummaries"]]
graph = client.get_service_graph(**window)
trace_graph = client.get_trace_graph(TraceIds=[ids[0]])
rules = [r for page in client.get_paginator("get_sampling_rules").paginate() for r in page["SamplingRuleRecords"]]
targets = client.get_sampling_targets(
    SamplingStatisticsDocuments=[
        {"RuleName": "Default", "ClientID": "0" * 24, "Timestamp": now, "RequestCount": 10, "SampledCount": 1, "BorrowCount": 0}
    ]
)
client.put_telemetry_records(TelemetryRecords=[{"Timestamp": now, "SegmentsReceivedCount": 1}])


def failure(call):
    try:
        call()
    except ClientError as error:
        return {
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
        }
    return None


json.dump(
    {
        "unprocessed": put["UnprocessedTraceSegments"],
        "traces": traces["Traces"],
        "summaries": [s["Id"] for s in summaries],
        "services": [[s["Name"], s.get("Type")] for s in graph["Services"]],
        "traceServices": [[s["Name"], s.get("Type")] for s in trace_graph["Services"]],
        "rules": [r["SamplingRule"]["RuleName"] for r in rules],
        "targets": [t["RuleName"] for t in targets["SamplingTargetDocuments"]],
        "sixIds": failure(lambda: client.batch_get_traces(TraceIds=[f"1-68f00000-{n:024x}" for n in range(6)])),
        "twice": failure(lambda: client.batch_get_traces(TraceIds=[ids[0], ids[0]])),
        "backwards": failure(lambda: client.get_trace_summaries(StartTime=now, EndTime=now - datetime.timedelta(hours=1))),
    },
    sys.stdout,
    default=str,
)
