import type { ComponentChildren } from 'preact'
import { copyText } from '../control/copy-button.tsx'

export type FactValue = string | number | boolean | undefined

/** What can be done with a fact besides reading it. */
type FactActions = {
  /** Rows of this trace with the same. */
  readonly onFind?: (name: string, value: FactValue) => void
  /** Address of the traces with the same, and of those without. */
  readonly traces?: (name: string, value: FactValue) => readonly [with_: string, without: string]
}

type Props = {
  readonly facts: readonly (readonly [name: string, value: FactValue])[]
  readonly actions?: FactActions
}

/** Names and values; what is not known is left out. */
export function Facts({ facts, actions }: Props) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={typeof value}>
              {String(value)}
              {actions !== undefined && <Actions {...actions} name={name} value={value} />}
            </dd>
          </div>
        ))}
    </dl>
  )
}

function Actions({
  onFind,
  traces,
  name,
  value,
}: FactActions & { name: string; value: FactValue }) {
  const addresses = traces?.(name, value)
  return (
    <span class="fact-actions">
      {onFind !== undefined && (
        <button
          type="button"
          class="chip"
          title="Find in this trace"
          onClick={() => onFind(name, value)}
        >
          find
        </button>
      )}
      {addresses !== undefined && (
        <>
          <a class="chip" href={addresses[0]} title={`Traces with this ${name}`}>
            = traces
          </a>
          <a class="chip" href={addresses[1]} title={`Traces without this ${name}`}>
            ≠
          </a>
        </>
      )}
      <button
        type="button"
        class="chip"
        title={`Copy the value of ${name}`}
        onClick={() => void copyText(String(value))}
      >
        copy
      </button>
    </span>
  )
}

/** A part of the details under a heading. */
export function Section(props: { title: string; count?: number; children: ComponentChildren }) {
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
