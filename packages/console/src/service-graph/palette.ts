import type { Outcome } from '@fluoroscope/model'

/** Colours of the theme that is on, as a canvas takes them. */
export type Palette = Readonly<Record<Outcome, string>> & {
  readonly paper: string
  readonly surface: string
  readonly ink: string
  readonly faint: string
  readonly edge: string
  readonly focus: string
  readonly accent: string
  readonly traffic: string
  readonly sans: string
}

const VARIABLES = {
  ok: '--ok',
  error: '--error-fill',
  fault: '--fault-fill',
  throttle: '--throttle-fill',
  paper: '--paper',
  surface: '--surface',
  ink: '--ink',
  faint: '--ink-3',
  edge: '--line-strong',
  focus: '--focus',
  accent: '--accent',
  traffic: '--open',
} as const

/** Reads the colours where `element` is: only a resolved style tells which side of `light-dark()` holds. */
export function readPalette(element: HTMLElement): Palette {
  const probe = document.createElement('span')
  element.append(probe)
  const read = (variable: string) => {
    probe.style.color = `var(${variable})`
    return getComputedStyle(probe).color
  }
  const palette = {
    ok: read(VARIABLES.ok),
    error: read(VARIABLES.error),
    fault: read(VARIABLES.fault),
    throttle: read(VARIABLES.throttle),
    paper: read(VARIABLES.paper),
    surface: read(VARIABLES.surface),
    ink: read(VARIABLES.ink),
    faint: read(VARIABLES.faint),
    edge: read(VARIABLES.edge),
    focus: read(VARIABLES.focus),
    accent: read(VARIABLES.accent),
    traffic: read(VARIABLES.traffic),
    sans: getComputedStyle(element).fontFamily,
  }
  probe.remove()
  return palette
}

/** The colour of a number: the stronger, the larger its share; text on it stays readable. */
export function shadeColor(
  color: 'error' | 'fault' | 'traffic',
  share: number,
  palette: Palette,
): string {
  const percent = Math.round(8 + 52 * share)
  return `color-mix(in oklab, ${palette[color]} ${percent}%, ${palette.surface})`
}
