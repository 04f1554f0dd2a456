import { effect, signal } from '@preact/signals'
import { readStored, writeStored } from './browser-storage.ts'

export type Theme = 'system' | 'light' | 'dark'

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
    writeStored('theme', theme.value)
  })
}

function readTheme(): Theme {
  const stored = readStored('theme')
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}
