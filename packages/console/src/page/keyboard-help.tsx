import { useLayoutEffect, useRef } from 'preact/hooks'
import { MAP_KEYS } from '../service-graph/map-keys.ts'
import { SHELL_KEYS } from '../shell-keys.ts'
import { TIMELINE_KEYS } from '../timeline/timeline-keys.ts'
import type { UrlState } from '../url-state.ts'

type Keys = readonly (readonly [keys: string, action: string])[]

const SEARCH_KEYS: Keys = [
  ['Enter', 'Search; take the marked suggestion'],
  ['↓ ↑', 'Choose a suggestion; earlier searches while empty'],
  ['Tab', 'Take the first suggestion'],
  ['Esc', 'Close the suggestions'],
]

/** The keys of this page and of every page, over the page. */
export function KeyboardHelp({ page, onClose }: { page: UrlState['page']; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="keyboard-help" aria-labelledby="keys-title" onClose={onClose}>
      <form method="dialog" class="keyboard-head">
        <h2 id="keys-title">Keyboard</h2>
        <button type="submit" class="button">
          Close
        </button>
      </form>
      <div class="keyboard-sections">
        {sectionsOf(page).map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, action]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{action}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  )
}

function sectionsOf(page: UrlState['page']): readonly (readonly [title: string, keys: Keys])[] {
  const own = OWN_KEYS.filter(([each]) => each === page).map(([, ...section]) => section)
  return [...own, ['On every page', SHELL_KEYS]]
}

const OWN_KEYS: readonly (readonly [page: UrlState['page'], title: string, keys: Keys])[] = [
  ['map', 'Service map', MAP_KEYS],
  ['traces', 'Search box', SEARCH_KEYS],
  ['trace', 'Timeline', TIMELINE_KEYS],
]
