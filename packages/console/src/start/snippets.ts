/** A piece to copy, and what to know before. */
export type Snippet = {
  readonly name: string
  readonly note: string
  readonly code: string
}

/** Where this server listens, as a browser reached it. */
export type ServerPlace = { readonly host: string; readonly port: string; readonly origin: string }

/** A program that sends one segment through the X-Ray SDK of each language. */
export function xraySdkSnippets({ host, port }: ServerPlace): readonly Snippet[] {
  const daemon = `${host}:${port}`
  return [
    {
      name: 'Environment',
      note: 'For a program that has an X-Ray SDK already. On this machine nothing is to be set: SDKs send to 127.0.0.1:2000.',
      code: `export AWS_XRAY_DAEMON_ADDRESS=${daemon}`,
    },
    {
      name: 'Node.js',
      note: 'npm install aws-xray-sdk-core',
      code: [
        "import AWSXRay from 'aws-xray-sdk-core'",
        '',
        `AWSXRay.setDaemonAddress('${daemon}')`,
        "const segment = new AWSXRay.Segment('my-service')",
        "const work = segment.addNewSubsegment('work')",
        'work.close()',
        'segment.close()',
      ].join('\n'),
    },
    {
      name: 'Python',
      note: 'pip install aws-xray-sdk',
      code: [
        'from aws_xray_sdk.core import xray_recorder',
        '',
        "xray_recorder.configure(service='my-service', sampling=False,",
        `                        daemon_address='${daemon}')`,
        "with xray_recorder.in_segment('my-service'):",
        "    with xray_recorder.in_subsegment('work'):",
        "        print('traced')",
      ].join('\n'),
    },
    {
      name: 'Java',
      note: `com.amazonaws:aws-xray-recorder-sdk-core, with AWS_XRAY_DAEMON_ADDRESS=${daemon} in the environment`,
      code: [
        'import com.amazonaws.xray.AWSXRay;',
        '',
        'AWSXRay.beginSegment("my-service");',
        'try {',
        '    AWSXRay.createSubsegment("work", () -> System.out.println("traced"));',
        '} finally {',
        '    AWSXRay.endSegment();',
        '}',
      ].join('\n'),
    },
    {
      name: 'Go',
      note: 'go get github.com/aws/aws-xray-sdk-go',
      code: [
        'import "github.com/aws/aws-xray-sdk-go/xray"',
        '',
        `xray.Configure(xray.Config{DaemonAddr: "${daemon}"})`,
        '',
        'ctx, segment := xray.BeginSegment(context.Background(), "my-service")',
        '_, work := xray.BeginSubsegment(ctx, "work")',
        'work.Close(nil)',
        'segment.Close(nil)',
      ].join('\n'),
    },
  ]
}

/** OpenTelemetry over HTTP: the console's own port takes `/v1/traces`. */
export function openTelemetrySnippets({ origin }: ServerPlace): readonly Snippet[] {
  return [
    {
      name: 'Any SDK',
      note: 'For a program that has an OpenTelemetry SDK: set its environment, and start it again.',
      code: [
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`,
        'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        'export OTEL_TRACES_EXPORTER=otlp',
        'export OTEL_SERVICE_NAME=my-service',
      ].join('\n'),
    },
    {
      name: 'Collector',
      note: 'An exporter beside the ones your Collector has.',
      code: [
        'exporters:',
        '  otlphttp/fluoroscope:',
        `    endpoint: ${origin}`,
        'service:',
        '  pipelines:',
        '    traces:',
        '      receivers: [otlp]',
        '      exporters: [otlphttp/fluoroscope]',
      ].join('\n'),
    },
  ]
}

/** One trace, with nothing installed but the AWS CLI. */
export function cliSnippet({ origin }: ServerPlace): Snippet {
  return {
    name: 'AWS CLI',
    note: 'Or any AWS SDK: only the endpoint changes.',
    code: [
      'NOW=$(date +%s)',
      'TRACE=$(printf "1-%08x-%s" "$NOW" "$(openssl rand -hex 12)")',
      'DOC=$(printf \'{"name":"hello","id":"%s","trace_id":"%s","start_time":%s,"end_time":%s}\' \\',
      '  "$(openssl rand -hex 8)" "$TRACE" "$NOW" "$((NOW+1))")',
      `aws xray put-trace-segments --endpoint-url ${origin} \\`,
      '  --region us-east-1 --no-sign-request --trace-segment-documents "$DOC"',
    ].join('\n'),
  }
}
