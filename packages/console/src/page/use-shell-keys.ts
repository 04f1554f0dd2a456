import { useLayoutEffect } from 'preact/hooks'
import { navigateTo } from '../navigation.ts'
import { openOverlay } from '../overlay.ts'
import { type ShellAction, shellAction } from '../shell-keys.ts'

/** How long the second of two keys is waited for. */
const PREFIX_MS = 1200

/** Answers the keys that work on every page. */
export function useShellKeys(): void {
  useLayoutEffect(() => {
    let prefixAt = Number.NEGATIVE_INFINITY
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const action = shellAction(
        {
          key: event.key,
          ctrlOrMeta: event.ctrlKey || event.metaKey,
          alt: event.altKey,
          typing: isTyping(event.target),
        },
        event.timeStamp - prefixAt < PREFIX_MS,
      )
      prefixAt = action?.kind === 'prefix' ? event.timeStamp : Number.NEGATIVE_INFINITY
      if (action !== undefined && perform(action)) {
        event.preventDefault()
        // The pages' own keys must not see the second of two keys.
        event.stopImmediatePropagation()
      }
    }
    addEventListener('keydown', listen, { capture: true })
    return () => removeEventListener('keydown', listen, { capture: true })
  }, [])
}

/** False where nothing was done, so that the key stays the page's. */
function perform(action: ShellAction): boolean {
  switch (action.kind) {
    case 'help':
      openOverlay('keys')
      return true
    case 'palette':
      // What is typed in the one that is open stays.
      if (document.querySelector('.palette[open]') === null) openOverlay('palette')
      return true
    case 'go':
      navigateTo(action.path)
      return true
    case 'search': {
      const field = document.querySelector<HTMLElement>('[data-search]')
      field?.focus()
      return field !== null
    }
    case 'prefix':
      return false
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type=radio], [type=checkbox]), textarea, select, dialog') !== null
  )
}
