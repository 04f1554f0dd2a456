import type { JsonObject } from '@fluoroscope/model'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { CopyButton } from '../control/copy-button.tsx'
import { OutcomeMark } from '../control/outcome-mark.tsx'
import { ServiceChip } from '../control/service-chip.tsx'
import { printUrl, traceState } from '../url-state.ts'
import { entityJson } from './entity-json.ts'
import { Exceptions } from './exceptions.tsx'
import { JsonTree } from './json-tree.tsx'
import { overviewOf } from './overview.ts'
import type { TraceRow, TraceTree } from './trace-tree.ts'

type Props = {
  readonly tree: TraceTree
  readonly row: TraceRow
  /** The document the row came with. */
  readonly text: string
  readonly onSelect: (key: string) => void
  readonly onClose: () => void
}

/** All that is known of one row, what failed first. */
export function DetailsPanel({ tree, row, text, onSelect, onClose }: Props) {
  const { entity } = row
  const panel = useRef<HTMLElement>(null)
  // Another row starts at its top.
  useEffect(() => panel.current?.scrollTo(0, 0), [row.key])
  return (
    <aside class="details" ref={panel} tabIndex={-1} aria-labelledby="details-title">
      <header>
        <div>
          <h2 id="details-title">{entity.name}</h2>
          <p class="details-subtitle">
            <OutcomeMark outcome={row.outcome} status={entity.http?.status} />
            {entity.kind === 'subsegment' && <ServiceChip name={row.segment.name} />}
          </p>
        </div>
        <button type="button" class="button quiet" aria-label="Close details" onClick={onClose}>
          ✕
        </button>
      </header>
      {entity.cause !== undefined && (
        <Section title="Exceptions">
          <Exceptions tree={tree} row={row} cause={entity.cause} onSelect={onSelect} />
        </Section>
      )}
      <Section title="Overview">
        <Facts facts={overviewOf(tree, row)} />
      </Section>
      {entity.http !== undefined && (
        <Section title="HTTP">
          <Facts
            facts={Object.entries(entity.http).map(([name, value]) => [HTTP[name] ?? name, value])}
          />
        </Section>
      )}
      {entity.kind === 'subsegment' && <SqlSection sql={entity.sql} />}
      <TreeSection title="AWS" value={entity.aws} />
      {entity.annotations.size > 0 && (
        <Section title="Annotations" count={entity.annotations.size}>
          <Facts facts={[...entity.annotations]} />
        </Section>
      )}
      <TreeSection title="Metadata" value={entity.metadata} />
      {entity.kind === 'segment' && <TreeSection title="Service" value={entity.service} />}
      {entity.links.length > 0 && (
        <Section title="Links" count={entity.links.length}>
          <ul class="links">
            {entity.links.map((link) => (
              <li key={`${link.traceId}${link.id}`}>
                <a href={printUrl({ ...traceState(link.traceId), selected: link.id })}>
                  <code>{link.traceId}</code>
                </a>
                <JsonTree value={link.attributes} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <RawDocument key={row.key} text={text} id={entity.id} />
    </aside>
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

function Section(props: { title: string; count?: number; children: ComponentChildren }) {
  return (
    <section>
      <h3>
        {props.title}
        {props.count !== undefined && <span class="dim"> {props.count}</span>}
      </h3>
      {props.children}
    </section>
  )
}

type Fact = readonly [name: string, value: string | number | boolean | undefined]

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={typeof value}>{String(value)}</dd>
          </div>
        ))}
    </dl>
  )
}

function TreeSection({ title, value }: { title: string; value: JsonObject | undefined }) {
  if (value === undefined || Object.keys(value).length === 0) return null
  return (
    <Section title={title}>
      <JsonTree value={value} />
    </Section>
  )
}

function SqlSection({ sql }: { sql: JsonObject | undefined }) {
  if (sql === undefined) return null
  const { sanitized_query: query, ...rest } = sql
  return (
    <Section title="SQL">
      {typeof query === 'string' && (
        <div class="snippet">
          <pre>
            <code>{query}</code>
          </pre>
          <CopyButton text={query} what="statement" />
        </div>
      )}
      {Object.keys(rest).length > 0 && <JsonTree value={rest} />}
    </Section>
  )
}

function RawDocument({ text, id }: { text: string; id: string }) {
  const pretty = JSON.stringify(entityJson(text, id), null, 2)
  return (
    <section>
      <details class="raw">
        <summary>Document</summary>
        <div class="snippet">
          <pre>
            <code>{pretty}</code>
          </pre>
          <CopyButton text={pretty} what="document" />
        </div>
      </details>
    </section>
  )
}
