import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { numberText } from '../number-text.ts'
import type { SearchState } from './use-search.ts'

type Props = {
  readonly text: string
  readonly search: SearchState
  readonly onlyFound: boolean
  readonly onSearch: (text: string) => void
  readonly onOnly: (only: boolean) => void
  readonly onStep: (step: 1 | -1) => void
}

const TYPING_MS = 150

/** A search within the trace: a field, what it found, and the questions asked most as buttons. */
export function SearchBar(props: Props) {
  const { text, search, onSearch } = props
  const draft = useSignal(text)
  const sent = useRef(text)
  const send = (next: string) => {
    sent.current = next
    onSearch(next)
  }
  useEffect(() => {
    // What was sent from here comes back while more is typed: only another text is taken over.
    if (text !== sent.current) draft.value = text
    sent.current = text
  }, [text])
  useEffect(() => {
    if (draft.value.trim() === sent.current) return
    const timer = setTimeout(() => send(draft.value.trim()), TYPING_MS)
    return () => clearTimeout(timer)
  }, [draft.value])
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1)
    else if (event.key === 'Escape') {
      draft.value = ''
      send('')
      document.querySelector<HTMLElement>('.timeline')?.focus({ preventScroll: true })
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const problem = search?.answer.ok === false ? search.answer.message : ''
  return (
    <search class="trace-find">
      <span class="trace-find-field">
        <input
          type="text"
          data-search
          placeholder="Search in this trace: text, key=value, duration>100ms, -not"
          aria-label="Search in this trace"
          aria-invalid={problem !== ''}
          aria-describedby="trace-find-state"
          autocomplete="off"
          spellcheck={false}
          value={draft.value}
          onInput={(event) => {
            draft.value = event.currentTarget.value
          }}
          onKeyDown={onKey}
        />
        <output id="trace-find-state" class={problem === '' ? 'found-count' : 'field-problem'}>
          {problem === '' ? <FoundText {...props} /> : problem}
        </output>
      </span>
      <Pills
        text={draft.value}
        onSearch={(next) => {
          draft.value = next
          send(next)
        }}
      />
      {text !== '' && (
        <button
          type="button"
          class="button small"
          aria-pressed={props.onlyFound}
          onClick={() => props.onOnly(!props.onlyFound)}
        >
          Only matches
        </button>
      )}
    </search>
  )
}

function FoundText({ search, onStep }: Props) {
  if (search?.answer.ok !== true) return null
  const { count } = search.answer
  return (
    <>
      <span>
        {count === 0 ? 'no match' : count === 1 ? '1 match' : `${numberText(count)} matches`}
      </span>
      {count > 0 && (
        <>
          <button
            type="button"
            class="button small quiet"
            aria-label="Previous match"
            onClick={() => onStep(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="button small quiet"
            aria-label="Next match"
            onClick={() => onStep(1)}
          >
            ↓
          </button>
        </>
      )}
    </>
  )
}

const PILLS: readonly (readonly [term: string, label: string, title: string])[] = [
  ['is:error', 'Errors', 'What failed or was throttled'],
  [
    'is:slow',
    'Slow for its kind',
    'More than three times the median of five or more that do the same in this trace',
  ],
  ['is:critical', 'Critical path', 'What the end of the trace waited for'],
  ['is:database', 'Database', 'Calls to databases'],
  ['is:external', 'External', 'Calls to other services and to AWS'],
]

/** Each adds its term to the search, or takes it away. */
function Pills({ text, onSearch }: Pick<Props, 'text' | 'onSearch'>) {
  const terms = text.split(/\s+/).filter((term) => term !== '')
  return (
    <span class="pills">
      {PILLS.map(([term, label, title]) => {
        const isOn = terms.includes(term)
        const next = isOn ? terms.filter((other) => other !== term) : [...terms, term]
        return (
          <button
            key={term}
            type="button"
            class="pill"
            title={title}
            aria-pressed={isOn}
            onClick={() => onSearch(next.join(' '))}
          >
            {label}
          </button>
        )
      })}
    </span>
  )
}
