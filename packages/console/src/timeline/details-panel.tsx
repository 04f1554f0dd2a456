import type { JsonObject, Link } from '@fluoroscope/model'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { TraceLinks } from '../answer/trace-links.ts'
import { CopyButton } from '../control/copy-button.tsx'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { ServiceChip } from '../control/service-chip.tsx'
import { quoted } from '../filter-box/complete-filter.ts'
import { durationText, numberText } from '../number-text.ts'
import type { Fold } from '../trace-rows/fold-rows.ts'
import type { TraceClient } from '../trace-rows/trace-client.ts'
import { keyAt, nameAt, outcomeAt, serviceAt } from '../trace-rows/trace-rows.ts'
import type { RowDetails, TracePicture } from '../trace-rows/trace-session.ts'
import { type TraceState, traceState } from '../trace-state.ts'
import { printUrl, tracesState } from '../url-state.ts'
import { Exceptions } from './exceptions.tsx'
import { Facts, type FactValue, Section } from './facts.tsx'
import { formatSql } from './format-sql.ts'
import { JsonTree } from './json-tree.tsx'
import { overviewOf } from './overview.ts'
import { rankText } from './peer-badge.tsx'
import { type Peers, rankOf } from './peers.ts'
import { RawDocument } from './raw-document.tsx'
import { resourcesOf } from './resources.ts'
import { StatementTrendFigure } from './statement-trend.tsx'
import { LinkingItem } from './trace-links.tsx'

type Props = {
  readonly picture: TracePicture
  readonly client: TraceClient | undefined
  readonly row: number
  /** The selected fold, of which `row` is the first member. */
  readonly fold: Fold | undefined
  readonly peers: Peers | undefined
  /** Who links to the trace; undefined until that is known. */
  readonly links: TraceLinks | undefined
  readonly onState: (change: Partial<TraceState>) => void
}

/** All that is known of one row, what failed first. */
export function DetailsPanel(props: Props) {
  const { picture, client, row, fold, onState } = props
  const { rows } = picture
  const key = keyAt(rows, row)
  const panel = useRef<HTMLElement>(null)
  const details = useDetails(client, picture, row)
  // Another row starts at its top.
  useEffect(() => panel.current?.scrollTo(0, 0), [key])
  return (
    <aside class="details" ref={panel} tabIndex={-1} aria-labelledby="details-title">
      <header>
        <div>
          <h2 id="details-title">
            {fold !== undefined && `×${numberText(fold.members.length)} `}
            {nameAt(rows, row)}
          </h2>
          <p class="details-subtitle">
            <OutcomeMark outcome={outcomeAt(rows, row)} status={rows.status[row] || undefined} />
            <ServiceChip name={serviceAt(rows, row)} />
          </p>
        </div>
        <button
          type="button"
          class="button quiet"
          aria-label="Close details"
          onClick={() => onState({ detailsOpen: false })}
        >
          ✕
        </button>
      </header>
      {fold !== undefined && <FoldSection picture={picture} fold={fold} />}
      {details !== undefined && <Known {...props} details={details} />}
      <RawDocument key={key} client={client} row={row} />
    </aside>
  )
}

function useDetails(
  client: TraceClient | undefined,
  picture: TracePicture,
  row: number,
): RowDetails | undefined {
  const [state, setState] = useState<{ row: number; details: RowDetails | undefined } | undefined>()
  useEffect(() => {
    let isLatest = true
    void client?.ask('details', row).then((details) => isLatest && setState({ row, details }))
    return () => {
      isLatest = false
    }
  }, [client, picture, row])
  return state?.row === row ? state.details : undefined
}

function Known(props: Props & { details: RowDetails }) {
  const { picture, row, peers, links, details, onState } = props
  const { entity } = details
  const started = links?.segments.filter(({ sentBy }) => sentBy.has(entity.id)) ?? []
  const rank = peers === undefined ? undefined : rankOf(picture.rows, row, peers)
  const find = (name: string, value: FactValue) => onState({ find: findText(name, value) })
  const resources = resourcesOf(entity)
  return (
    <>
      {entity.cause !== undefined && (
        <Section title="Exceptions">
          <Exceptions
            details={details}
            cause={entity.cause}
            onRow={(owner) => onState({ selected: keyAt(picture.rows, owner) })}
          />
        </Section>
      )}
      <Section title="Overview">
        <Facts facts={overviewOf(picture, row, details)} />
        {rank !== undefined && <p class="peer-text">{rankText(rank)}.</p>}
      </Section>
      {entity.http !== undefined && (
        <Section title="HTTP">
          <Facts
            facts={Object.entries(entity.http).map(([name, value]) => [HTTP[name] ?? name, value])}
          />
        </Section>
      )}
      {entity.kind === 'subsegment' && (
        <SqlSection sql={entity.sql} rows={picture.rows} row={row} name={entity.name} />
      )}
      {resources.length > 0 && (
        <Section title="Resources" count={resources.length}>
          <Facts facts={resources} actions={{}} />
        </Section>
      )}
      {entity.annotations.size > 0 && (
        <Section title="Annotations" count={entity.annotations.size}>
          <Facts facts={[...entity.annotations]} actions={{ onFind: find, traces: annotated }} />
        </Section>
      )}
      {entity.metadata !== undefined && Object.keys(entity.metadata).length > 0 && (
        <Section title="Metadata">
          <JsonTree value={entity.metadata} />
        </Section>
      )}
      {entity.links.length > 0 && <Links links={entity.links} />}
      {started.length > 0 && (
        <Section title="Started by its messages" count={started.length}>
          <ul class="links">
            {started.map((segment) => (
              <LinkingItem key={`${segment.traceId}${segment.id}`} segment={segment} />
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

const HTTP: Readonly<Record<string, string>> = {
  method: 'Method',
  url: 'URL',
  status: 'Status',
  userAgent: 'User agent',
  clientIp: 'Client IP',
  xForwardedFor: 'IP from X-Forwarded-For',
  contentLength: 'Content length',
}

/** A search within the trace for what has a value; one with spaces is put in quotes. */
function findText(name: string, value: FactValue): string {
  const text = String(value)
  return `${name}=${/[\s"]/.test(text) ? `"${text.replaceAll('"', '')}"` : text}`
}

/** The traces with an annotation of this value, and those that have it with another. */
function annotated(name: string, value: FactValue): readonly [string, string] {
  const text = typeof value === 'string' ? quoted(value) : String(value)
  const address = (operator: string) =>
    printUrl(tracesState(`annotation[${quoted(name)}] ${operator} ${text}`))
  return [address('='), address('!=')]
}

function FoldSection({ picture: { rows }, fold }: { picture: TracePicture; fold: Fold }) {
  const durations = Float64Array.from(fold.members, (row) => rows.duration[row] ?? 0).sort()
  const at = (share: number) =>
    durationText(durations[Math.ceil(durations.length * share) - 1] ?? durations[0] ?? 0)
  return (
    <Section title={fold.kind === 'retries' ? 'Attempts' : 'Similar rows'}>
      <Facts
        facts={[
          ['Rows', fold.members.length],
          ['Failed', fold.failures],
          ['Together', durationText(fold.total)],
          ['Shortest', durationText(durations[0] ?? 0)],
          ['Median', at(0.5)],
          ['Longest', durationText(durations.at(-1) ?? 0)],
          ['Ran', fold.oneByOne ? 'one after the other' : 'at the same time'],
        ]}
      />
      <p class="dim">What follows is the first of them.</p>
    </Section>
  )
}

type SqlProps = {
  readonly sql: JsonObject | undefined
  readonly rows: TracePicture['rows']
  readonly row: number
  readonly name: string
}

function SqlSection({ sql, rows, row, name }: SqlProps) {
  if (sql === undefined) return null
  const { sanitized_query: query, ...rest } = sql
  return (
    <Section title="SQL">
      {typeof query === 'string' && (
        <div class="snippet">
          <pre>
            <code>{formatSql(query)}</code>
          </pre>
          <CopyButton text={query} what="statement" />
        </div>
      )}
      {Object.keys(rest).length > 0 && <JsonTree value={rest} />}
      {typeof query === 'string' && query !== '' && (
        <StatementTrendFigure
          key={`${name} ${query}`}
          rows={rows}
          row={row}
          name={name}
          statement={query}
        />
      )}
    </Section>
  )
}

function Links({ links }: { links: readonly Link[] }) {
  return (
    <Section title="Links" count={links.length}>
      <ul class="links">
        {links.map((link) => (
          <li key={`${link.traceId}${link.id}`}>
            <a href={printUrl({ ...traceState(link.traceId), selected: link.id })}>
              <code>{link.traceId}</code>
            </a>
            <JsonTree value={link.attributes} />
          </li>
        ))}
      </ul>
    </Section>
  )
}
