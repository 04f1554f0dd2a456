import { type ClientProblem, problemText } from '../client.ts'
import { CopyButton } from '../control/copy-button.tsx'

/** Shown while the store holds no trace: ways to send one, and a watch for the first. */
export function StartPage({ problem }: { problem: ClientProblem | undefined }) {
  return (
    <section class="start-page">
      <h1>Waiting for the first trace</h1>
      <p class="lead">
        The store is empty. Send a trace in any of these ways; this page notices it by itself.
      </p>
      <p class="watch" role="status">
        <span class={problem === undefined ? 'live-dot on' : 'live-dot'} aria-hidden="true" />{' '}
        {problem === undefined ? 'Listening…' : `${problemText(problem)} Trying again.`}
      </p>
      <ol class="ways">
        <Way title="Look around with the demo" code="npx fluoroscope demo">
          Several real services with slow paths, errors and exceptions, until you stop them.
        </Way>
        <Way
          title="A program with an X-Ray SDK"
          code={`export AWS_XRAY_DAEMON_ADDRESS=${location.hostname}:2000`}
        >
          On this machine there is nothing to set: SDKs send to 127.0.0.1:2000. Elsewhere, name this
          host and let the server listen beyond loopback.
        </Way>
        <Way title="One trace with the AWS CLI" code={cliSnippet(location.origin)}>
          Or any AWS SDK: only the endpoint changes.
        </Way>
      </ol>
    </section>
  )
}

function Way(props: { title: string; code: string; children: string }) {
  return (
    <li>
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      <div class="snippet">
        <pre>
          <code>{props.code}</code>
        </pre>
        <CopyButton text={props.code} what={props.title} />
      </div>
    </li>
  )
}

function cliSnippet(origin: string): string {
  return [
    'NOW=$(date +%s)',
    'TRACE=$(printf "1-%08x-%s" "$NOW" "$(openssl rand -hex 12)")',
    'DOC=$(printf \'{"name":"hello","id":"%s","trace_id":"%s","start_time":%s,"end_time":%s}\' \\',
    '  "$(openssl rand -hex 8)" "$TRACE" "$NOW" "$((NOW+1))")',
    `aws xray put-trace-segments --endpoint-url ${origin} \\`,
    '  --region us-east-1 --no-sign-request --trace-segment-documents "$DOC"',
  ].join('\n')
}
