import { nowSeconds } from '../clock.ts'
import { PolledState } from '../control/polled-state.tsx'
import { ageText, numberText } from '../number-text.ts'
import { usePolled } from '../polled.ts'
import { type LedgerLine, readLedger } from '../system/read-ledger.ts'
import { fetchSystem, type SystemState } from '../system/system-client.ts'
import {
  freshnessFacts,
  type SystemFact,
  serverFacts,
  storageFacts,
} from '../system/system-facts.ts'

const REFRESH_MS = 5000

/** Whether the server works, what became of all it received, and its numbers. */
export function SystemPage() {
  const { state } = usePolled(fetchSystem, REFRESH_MS)
  const { value: known, updated } = state.value
  return (
    <div class="settings-page">
      <div class="toolbar">
        <h1>System</h1>
        <span class="toolbar-space" />
        {updated !== undefined && (
          <span class="freshness">updated {ageText(Math.max(0, nowSeconds() - updated))}</span>
        )}
        <a class="button" href="/metrics" target="_blank" rel="noreferrer">
          All metrics
        </a>
      </div>
      <PolledState polled={state.value} what="The state of the server" />
      {known !== undefined && <System known={known} />}
    </div>
  )
}

function System({ known }: { known: SystemState }) {
  return (
    <>
      <Health known={known} />
      <Ledger lines={readLedger(known.metrics)} />
      <div class="fact-cards">
        <Facts title="Freshness" facts={freshnessFacts(known.metrics)} />
        <Facts title="Storage" facts={storageFacts(known.metrics)} />
        <Facts title="Server" facts={serverFacts(known.metrics)} />
      </div>
    </>
  )
}

function Health({ known }: { known: SystemState }) {
  const { canStore, canAnswer, problems } = known
  return (
    <div class={canStore && canAnswer ? 'banner arrival' : 'banner problem'} role="status">
      <span>
        <strong>{canStore ? '✓ Stores what is sent' : '✗ Does not store'}</strong>
        {' · '}
        <strong>{canAnswer ? '✓ Answers' : '✗ Does not answer'}</strong>
        {problems.map((problem) => (
          <span key={problem} class="health-problem">
            {problem}
          </span>
        ))}
      </span>
    </div>
  )
}

function Ledger({ lines }: { lines: readonly LedgerLine[] }) {
  return (
    <section>
      <h2>Ledger</h2>
      <p class="page-note">
        Every document received since the server started: received = stored + not stored + in
        flight.
      </p>
      {lines.length === 0 ? (
        <p class="dim">Nothing has been received yet.</p>
      ) : (
        <table class="settings-list">
          <caption class="visually-hidden">Documents by source and fate</caption>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col" class="number">
                Received
              </th>
              <th scope="col" class="number">
                Stored
              </th>
              <th scope="col" class="number">
                In flight
              </th>
              <th scope="col">Not stored</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.source}>
                <td class="cell-name">{line.source}</td>
                <td class="number" data-label="Received">
                  {numberText(line.received)}
                </td>
                <td class="number" data-label="Stored">
                  {numberText(line.stored)}
                </td>
                <td class="number" data-label="In flight">
                  {numberText(line.inFlight)}
                </td>
                <td class="cell-match" data-label="Not stored">
                  <Reasons line={line} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Reasons({ line }: { line: LedgerLine }) {
  if (line.reasons.length === 0) return <span class="dim">none</span>
  return line.reasons.map(({ fate, reason, count }) => (
    <span key={`${fate} ${reason}`} class={`condition ${fate === 'dropped' ? 'lost' : ''}`}>
      {numberText(count)} {fate}: <code>{reason}</code>
    </span>
  ))
}

function Facts({ title, facts }: { title: string; facts: readonly SystemFact[] }) {
  return (
    <section class="fact-card">
      <h2>{title}</h2>
      <dl>
        {facts.map(({ name, text, isBad }) => (
          <div key={name} class={isBad ? 'bad' : undefined}>
            <dt>{name}</dt>
            <dd>
              {isBad && <span aria-hidden="true">⚠ </span>}
              {text}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
