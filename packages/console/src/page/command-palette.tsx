import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { copyText } from '../control/copy-button.tsx'
import { navigateTo } from '../navigation.ts'
import { openOverlay } from '../overlay.ts'
import { pageCommands } from '../page-commands.ts'
import { switchTheme } from '../theme.ts'
import { setTimeZone, timeZone } from '../time-zone.ts'
import { useVocabulary } from '../use-vocabulary.ts'
import { vocabulary } from '../vocabulary.ts'
import {
  findEntries,
  type PaletteAction,
  type PaletteEntry,
  paletteEntries,
} from './palette-entries.ts'

type Props = {
  readonly pages: readonly (readonly [path: string, title: string])[]
  readonly onClose: () => void
}

const MOST_SHOWN = 50

/** Pages, services, groups and actions by typing. */
export function CommandPalette({ pages, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const typed = useSignal('')
  const marked = useSignal(0)
  useVocabulary()
  // At once: what is typed next is meant for it.
  useLayoutEffect(() => dialog.current?.showModal(), [])
  const entries = paletteEntries(pages, vocabulary(), pageCommands())
  const all = findEntries(entries, typed.value)
  const found = all.slice(0, MOST_SHOWN)
  useEffect(() => {
    document.getElementById(`palette-${marked.value}`)?.scrollIntoView({ block: 'nearest' })
  }, [marked.value])
  const run = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return
    dialog.current?.close()
    switch (entry.does.kind) {
      case 'go':
        return navigateTo(entry.does.path)
      case 'run':
        return entry.does.run()
      case 'action':
        return perform(entry.does.name)
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter') run(found[marked.value])
    else if (step !== undefined && found.length > 0) {
      marked.value = (marked.value + step + found.length) % found.length
    } else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} class="palette" aria-label="Commands" onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-label="Go to a page, a service or a trace, or do something"
        aria-expanded={found.length > 0}
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `palette-${marked.value}` : undefined}
        placeholder="Page, service, group, action or trace id…"
        autocomplete="off"
        spellcheck={false}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value
          marked.value = 0
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Commands" class="palette-list">
        {found.map((entry, index) => (
          // The keyboard chooses from the field, which keeps the focus.
          <div
            key={`${entry.kind} ${entry.label}`}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === marked.value}
            onPointerDown={(event) => {
              event.preventDefault()
              run(entry)
            }}
          >
            <span>{entry.label}</span>
            <span class="palette-kind">{entry.kind}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="palette-none">Nothing is called that.</p>}
      {all.length > found.length && (
        <p class="palette-none">{all.length - found.length} more: type to find them.</p>
      )}
    </dialog>
  )
}

function perform(action: PaletteAction): void {
  switch (action) {
    case 'theme':
      switchTheme()
      break
    case 'zone':
      setTimeZone(timeZone() === 'utc' ? 'local' : 'utc')
      break
    case 'keys':
      openOverlay('keys')
      break
    case 'copy-link':
      void copyText(location.href)
  }
}
