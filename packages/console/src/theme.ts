import { effect, signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'fluoroscope.theme'
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }

const theme = signal<Theme>(readTheme())

/** The chosen theme; `system` follows the browser's own preference. */
export function currentTheme(): Theme {
  return theme.value
}

/** System, light, dark, and around again; the choice is kept in this browser. */
export function switchTheme(): void {
  theme.value = NEXT[theme.value]
}

/** Applies the theme to the document now and whenever it is switched. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    try {
      localStorage.setItem(KEY, theme.value)
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  })
}

function readTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}
