import { isJsonObject, type JsonValue } from '@fluoroscope/model'

const MAX_ENTRIES = 200
const OPEN_LEVELS = 2

/** A JSON value to unfold; long lists and objects are cut, and say by how much. */
export function JsonTree({ value, level = 0 }: { value: JsonValue; level?: number }) {
  const entries = entriesOf(value)
  if (entries === undefined) return <Scalar value={value} />
  if (entries.length === 0)
    return <span class="json-empty">{isJsonObject(value) ? '{}' : '[]'}</span>
  return (
    <ul class="json-tree">
      {entries.slice(0, MAX_ENTRIES).map(([key, child]) => (
        <li key={key}>
          <Entry name={key} value={child} level={level} />
        </li>
      ))}
      {entries.length > MAX_ENTRIES && (
        <li class="dim">{entries.length - MAX_ENTRIES} more, see the document</li>
      )}
    </ul>
  )
}

function Entry({ name, value, level }: { name: string; value: JsonValue; level: number }) {
  const children = entriesOf(value)
  if (children === undefined || children.length === 0) {
    return (
      <span class="json-line">
        <span class="json-key">{name}</span> <JsonTree value={value} />
      </span>
    )
  }
  return (
    <details open={level + 1 < OPEN_LEVELS}>
      <summary>
        <span class="json-key">{name}</span>{' '}
        <span class="dim">
          {isJsonObject(value) ? `{${children.length}}` : `[${children.length}]`}
        </span>
      </summary>
      <JsonTree value={value} level={level + 1} />
    </details>
  )
}

function Scalar({ value }: { value: JsonValue }) {
  return (
    <span class={`json-value ${typeof value}`}>
      {typeof value === 'string' ? value : JSON.stringify(value)}
    </span>
  )
}

function entriesOf(value: JsonValue): readonly (readonly [string, JsonValue])[] | undefined {
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined
}
