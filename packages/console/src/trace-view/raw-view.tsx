import { useSignal } from '@preact/signals'
import { fetchText, problemText } from '../client.ts'
import { CopyButton } from '../control/copy-button.tsx'
import { bytesText, countText } from '../number-text.ts'
import { useAnswer } from './use-answer.ts'
import type { ViewProps } from './view-props.ts'

const PAGE = 50

/** The trace as data: X-Ray's documents, and the same as a request of OpenTelemetry. */
export function RawView({ picture, client, state }: ViewProps) {
  const texts = useAnswer(() => client?.ask('texts'), [client, picture])
  const shown = useSignal(PAGE)
  const otlp = `/api/traces/${state.id}/otlp`
  return (
    <div class="raw-view">
      <section>
        <h2>X-Ray segment documents</h2>
        {texts !== undefined && (
          <>
            <p class="view-note">
              {countText(texts.length, 'document')} of <code>BatchGetTraces</code>.{' '}
              <CopyButton text={`[${texts.join(',')}]`} what="all documents" />
            </p>
            {texts.slice(0, shown.value).map((text, index) => (
              <RawText key={index} title={documentTitle(text)} text={text} />
            ))}
            {texts.length > shown.value && (
              <button
                type="button"
                class="button"
                onClick={() => {
                  shown.value += PAGE
                }}
              >
                {countText(texts.length - shown.value, 'more document', 'more documents')}
              </button>
            )}
          </>
        )}
      </section>
      <section>
        <h2>OpenTelemetry</h2>
        <p class="view-note">
          Spans as they were sent, and segments made into spans: a request of OTLP in JSON, which
          any receiver takes.{' '}
          <a href={otlp} download={`${state.id}.otlp.json`}>
            Download
          </a>
        </p>
        <OtlpText path={otlp} />
      </section>
    </div>
  )
}

/** Names a document by what is at its beginning. */
function documentTitle(text: string): string {
  const name = /"name":"((?:[^"\\]|\\.)*)"/.exec(text.slice(0, 2000))?.[1] ?? 'document'
  return `${name} · ${bytesText(text.length)}`
}

function RawText({ title, text }: { title: string; text: string }) {
  const isOpen = useSignal(false)
  const pretty = isOpen.value ? prettyText(text) : ''
  return (
    <details
      class="raw"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open
      }}
    >
      <summary>{title}</summary>
      {isOpen.value && (
        <div class="snippet">
          <pre>
            <code>{pretty}</code>
          </pre>
          <CopyButton text={pretty} what={title} />
        </div>
      )}
    </details>
  )
}

/** What the page calls unreadable is shown as it came. */
function prettyText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function OtlpText({ path }: { path: string }) {
  const text = useSignal<string | undefined>(undefined)
  const problem = useSignal('')
  const load = async () => {
    const answer = await fetchText(path)
    if (answer.ok) text.value = answer.value
    else problem.value = problemText(answer.problem)
  }
  if (text.value !== undefined)
    return <RawText title={`OTLP · ${bytesText(text.value.length)}`} text={text.value} />
  return (
    <p>
      <button type="button" class="button" onClick={() => void load()}>
        Show it here
      </button>{' '}
      <span role="alert">{problem.value}</span>
    </p>
  )
}
