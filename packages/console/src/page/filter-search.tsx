import { useSignal } from '@preact/signals'
import { FilterBox } from '../filter-box/filter-box.tsx'
import { rememberFilter } from '../filter-box/filter-history.ts'
import { findTypedProblem } from '../filter-box/filter-problem.ts'
import { useVocabulary } from '../use-vocabulary.ts'

type Props = {
  /** The filter of the address; a component with another one is to be made anew. */
  readonly filter: string
  readonly action: string
  readonly onSearch: (filter: string) => void
}

/** The field for a filter expression, with what leads to it. */
export function FilterSearch({ filter, action, onSearch }: Props) {
  const draft = useSignal(filter)
  useVocabulary()
  const search = (text: string) => {
    rememberFilter(text)
    if (text.trim() !== filter.trim()) onSearch(text.trim())
  }
  return (
    <search class="trace-search">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (findTypedProblem(draft.value) === undefined) search(draft.value)
        }}
      >
        <FilterBox
          text={draft.value}
          label="Filter expression"
          placeholder='Filter: service("checkout") AND fault, responsetime > 1, annotation.tier = "gold"…'
          onInput={(text) => {
            draft.value = text
          }}
          onSubmit={() => search(draft.value)}
          withHistory
          isSearch
        />
        <button type="submit" class="button primary">
          {action}
        </button>
        {filter !== '' && (
          <button type="button" class="button" onClick={() => onSearch('')}>
            Clear
          </button>
        )}
      </form>
    </search>
  )
}
