import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { type ClientProblem, problemText } from '../client.ts'
import { CopyButton } from '../control/copy-button.tsx'
import {
  cliSnippet,
  openTelemetrySnippets,
  type Snippet,
  xraySdkSnippets,
} from '../start/snippets.ts'

type Props = {
  /** Given while the store holds no trace and the first one is waited for. */
  readonly watch: { readonly problem: ClientProblem | undefined } | undefined
}

/** Ways to send a trace; while the store holds none, a watch for the first. */
export function StartPage({ watch }: Props) {
  const place = {
    host: location.hostname,
    port: location.port === '' ? '2000' : location.port,
    origin: location.origin,
  }
  return (
    <section class="start-page">
      {watch === undefined ? <Introduction /> : <Watch problem={watch.problem} />}
      <ol class="ways">
        <Way title="Look around with the demo">
          <p>Several real services with slow paths, errors and exceptions, until you stop them.</p>
          <Code name="demo command" code="npx fluoroscope demo" />
        </Way>
        <Way title="A program with an X-Ray SDK">
          <Choice label="Language" snippets={xraySdkSnippets(place)} />
        </Way>
        <Way title="A program with an OpenTelemetry SDK">
          <Choice label="OpenTelemetry" snippets={openTelemetrySnippets(place)} />
        </Way>
        <Way title="One trace with the AWS CLI">
          <One snippet={cliSnippet(place)} />
        </Way>
      </ol>
    </section>
  )
}

function Introduction() {
  return (
    <>
      <h1>Send traces</h1>
      <p class="lead">
        Any of these ways leads here. <a href="/traces">See what has arrived</a>.
      </p>
    </>
  )
}

function Watch({ problem }: { problem: ClientProblem | undefined }) {
  return (
    <>
      <h1>Waiting for the first trace</h1>
      <p class="lead">
        The store is empty. Send a trace in any of these ways; this page notices it by itself.
      </p>
      <p class="watch" role="status">
        <span class={problem === undefined ? 'live-dot on' : 'live-dot'} aria-hidden="true" />{' '}
        {problem === undefined ? 'Listening…' : `${problemText(problem)} Trying again.`}
      </p>
    </>
  )
}

function Way({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <li>
      <h2>{title}</h2>
      {children}
    </li>
  )
}

/** One of several snippets, chosen by name. */
function Choice({ label, snippets }: { label: string; snippets: readonly Snippet[] }) {
  const chosen = useSignal(0)
  const snippet = snippets[chosen.value]
  return (
    <>
      <fieldset class="segmented">
        <legend class="visually-hidden">{label}</legend>
        {snippets.map(({ name }, index) => (
          <label key={name}>
            <input
              type="radio"
              name={label}
              checked={index === chosen.value}
              onChange={() => {
                chosen.value = index
              }}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      {snippet !== undefined && <One snippet={snippet} />}
    </>
  )
}

function One({ snippet }: { snippet: Snippet }) {
  return (
    <>
      <p>{snippet.note}</p>
      <Code name={`${snippet.name} snippet`} code={snippet.code} />
    </>
  )
}

function Code({ name, code }: { name: string; code: string }) {
  return (
    <div class="snippet">
      <pre>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} what={name} />
    </div>
  )
}
