import { useSignal } from '@preact/signals'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import { vocabulary } from '../vocabulary.ts'
import { type Completion, completeFilter, type Suggestion } from './complete-filter.ts'
import { filterHistory } from './filter-history.ts'
import { findTypedProblem, shortMessage, type TypedProblem } from './filter-problem.ts'
import { FilterText } from './filter-text.tsx'

type Props = {
  readonly text: string
  readonly label: string
  readonly placeholder?: string
  readonly onInput: (text: string) => void
  /** Enter, with a text that is a filter expression or blank. */
  readonly onSubmit?: () => void
  /** Offers earlier searches while nothing is typed. */
  readonly withHistory?: boolean
  /** Where `/` leads on this page. */
  readonly isSearch?: boolean
}

/** A field for a filter expression: coloured, completed and checked while it is typed. */
export function FilterBox(props: Props) {
  const { text, label, onInput, onSubmit } = props
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const caret = useSignal(text.length)
  const isOpen = useSignal(false)
  const marked = useSignal(-1)
  // What an address or a setting brought along is not being typed.
  const insisted = useSignal(text !== '')
  const problem = useMemo(() => findTypedProblem(text), [text])
  const completion = isOpen.value ? offer(props, caret.value) : NOTHING
  const { suggestions } = completion

  const close = () => {
    isOpen.value = false
    marked.value = -1
  }
  const readCaret = () => {
    caret.value = field.current?.selectionStart ?? text.length
  }
  const take = (suggestion: Suggestion) => {
    const { from, to } = completion
    const rest = text.slice(to)
    const written = rest.startsWith(' ') ? suggestion.text.trimEnd() : suggestion.text
    onInput(text.slice(0, from) + written + rest)
    placeCaret(field.current, from + written.length, caret)
    marked.value = -1
  }
  const submit = () => {
    insisted.value = true
    if (problem !== undefined) return placeCaret(field.current, problem.offset, caret)
    close()
    onSubmit?.()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const action = boxAction(event, suggestions, marked.value, completion.typed !== '')
    if (action === undefined) return
    event.preventDefault()
    switch (action.kind) {
      case 'mark':
        isOpen.value = true
        marked.value = action.index
        return
      case 'take':
        return take(action.suggestion)
      case 'submit':
        return submit()
      case 'close':
        event.stopPropagation()
        return close()
    }
  }
  useScrollToMarked(`${id}-${marked.value}`, marked.value)
  return (
    <div
      class="filter-box"
      data-problem={problem !== undefined && isShown(problem, insisted.value)}
    >
      <div class="filter-field">
        <pre aria-hidden="true">
          <FilterText text={text} problemAt={shownOffset(problem, insisted.value)} />
          {'\u200b'}
        </pre>
        <textarea
          ref={field}
          rows={1}
          value={text}
          placeholder={props.placeholder}
          aria-label={label}
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={marked.value >= 0 ? `${id}-${marked.value}` : undefined}
          aria-invalid={problem !== undefined && isShown(problem, insisted.value)}
          aria-describedby={`${id}-problem`}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={2000}
          data-search={props.isSearch === true ? '' : undefined}
          onInput={(event) => {
            onInput(event.currentTarget.value.replaceAll('\n', ' '))
            readCaret()
            isOpen.value = true
            marked.value = -1
            insisted.value = false
          }}
          onFocus={() => {
            readCaret()
            isOpen.value = true
          }}
          onBlur={close}
          onClick={readCaret}
          onKeyUp={readCaret}
          onKeyDown={onKeyDown}
        />
        <Suggestions id={id} suggestions={suggestions} marked={marked.value} onTake={take} />
      </div>
      <p id={`${id}-problem`} class="filter-problem" role="status">
        {problem !== undefined && <ProblemText problem={problem} insisted={insisted.value} />}
      </p>
    </div>
  )
}

const NOTHING: Completion = { from: 0, to: 0, typed: '', suggestions: [] }

function offer({ text, withHistory = false }: Props, caret: number): Completion {
  const completion = completeFilter(text, caret, vocabulary())
  if (!withHistory || text.trim() !== '') return completion
  const earlier = filterHistory().map((filter) => ({
    text: filter,
    label: filter,
    detail: 'searched before',
  }))
  return {
    from: 0,
    to: text.length,
    typed: '',
    suggestions: [...earlier, ...completion.suggestions],
  }
}

type BoxAction =
  | { readonly kind: 'mark'; readonly index: number }
  | { readonly kind: 'take'; readonly suggestion: Suggestion }
  | { readonly kind: 'submit' }
  | { readonly kind: 'close' }

function boxAction(
  { key, shiftKey }: KeyboardEvent,
  suggestions: readonly Suggestion[],
  marked: number,
  isWordTyped: boolean,
): BoxAction | undefined {
  const count = suggestions.length
  switch (key) {
    case 'ArrowDown':
      return { kind: 'mark', index: count === 0 ? -1 : (marked + 1) % count }
    case 'ArrowUp':
      return count === 0
        ? undefined
        : { kind: 'mark', index: (Math.max(marked, 0) + count - 1) % count }
    case 'Escape':
      return count === 0 ? undefined : { kind: 'close' }
    case 'Enter': {
      const suggestion = suggestions[marked]
      return suggestion === undefined ? { kind: 'submit' } : { kind: 'take', suggestion }
    }
    case 'Tab': {
      // With nothing typed, Tab leaves the field as it does everywhere.
      const suggestion = suggestions[marked] ?? (isWordTyped ? suggestions[0] : undefined)
      return suggestion === undefined || shiftKey ? undefined : { kind: 'take', suggestion }
    }
    default:
      return undefined
  }
}

/** Rendering was queued by the change before this call, so the field has the new text by then, and no key comes between. */
function placeCaret(field: HTMLTextAreaElement | null, at: number, caret: { value: number }): void {
  caret.value = at
  queueMicrotask(() => {
    field?.focus()
    field?.setSelectionRange(at, at)
  })
}

/** While the end is being typed, a text that is not finished is no error yet. */
function isShown(problem: TypedProblem, insisted: boolean): boolean {
  return insisted || !problem.unfinished
}

function shownOffset(problem: TypedProblem | undefined, insisted: boolean): number | undefined {
  return problem !== undefined && isShown(problem, insisted) ? problem.offset : undefined
}

function ProblemText({ problem, insisted }: { problem: TypedProblem; insisted: boolean }) {
  if (!isShown(problem, insisted)) return null
  return (
    <>
      <strong>Character {problem.offset + 1}:</strong> {shortMessage(problem.message)}
    </>
  )
}

function useScrollToMarked(id: string, marked: number): void {
  useEffect(() => {
    if (marked >= 0) document.getElementById(id)?.scrollIntoView({ block: 'nearest' })
  }, [id, marked])
}

type SuggestionsProps = {
  readonly id: string
  readonly suggestions: readonly Suggestion[]
  readonly marked: number
  readonly onTake: (suggestion: Suggestion) => void
}

function Suggestions({ id, suggestions, marked, onTake }: SuggestionsProps) {
  return (
    <div class="suggestions" data-open={suggestions.length > 0}>
      <div id={`${id}-list`} role="listbox" aria-label="Suggestions">
        {suggestions.map((suggestion, index) => (
          // The keyboard marks and takes from the field, which keeps the focus.
          <div
            key={`${suggestion.label} ${suggestion.detail}`}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === marked}
            onPointerDown={(event) => {
              event.preventDefault()
              onTake(suggestion)
            }}
          >
            <code>{suggestion.label}</code>
            <span>{suggestion.detail}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
