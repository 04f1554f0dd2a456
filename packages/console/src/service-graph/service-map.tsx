import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { currentTheme } from '../theme.ts'
import type { MapLayout } from './layout-picture.ts'
import { MapCanvas } from './map-canvas.ts'
import { type MapAction, mapAction } from './map-keys.ts'
import type { MapPicture } from './map-picture.ts'
import { Minimap } from './minimap.tsx'
import type { Emphasis } from './paint-map.ts'
import { readPalette } from './palette.ts'

type Props = {
  readonly picture: MapPicture
  readonly layout: MapLayout
  readonly radii: ReadonlyMap<string, number>
  readonly emphasis: Omit<Emphasis, 'hovered' | 'near'>
  /** Says what the map shows and what is selected, for those who hear the page. */
  readonly summary: string
  readonly spoken: string
  /** Another picture altogether: seen whole at first. */
  readonly viewKey: string
  /** The layout of what is to be seen has not come yet. */
  readonly isBusy: boolean
  /** Brought into the middle when it changes. */
  readonly centred: string | undefined
  readonly onSelect: (id: string | undefined) => void
  readonly onAction: (action: MapAction) => void
}

/** The nearest map that is painted has this many nodes without an overview of its own. */
const MINIMAP_NODES = 30

/** The map on a canvas: pan by dragging, zoom by wheel, select by click or arrow keys. */
export function ServiceMap(props: Props) {
  const { picture, layout, radii, emphasis, viewKey, centred, onSelect, onAction } = props
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const select = useRef(onSelect)
  select.current = onSelect
  const map = useMemo(() => new MapCanvas((id) => select.current(id)), [])
  const theme = currentTheme()

  useLayoutEffect(() => {
    if (box.current === null || canvas.current === null) return
    map.start(box.current, canvas.current)
    return () => map.stop()
  }, [map])
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)')
    const update = () => box.current !== null && map.setPalette(readPalette(box.current))
    // The theme reaches the document in an effect of its own, which may run after this one.
    const frame = requestAnimationFrame(update)
    media.addEventListener('change', update)
    return () => {
      cancelAnimationFrame(frame)
      media.removeEventListener('change', update)
    }
  }, [map, theme])
  useLayoutEffect(
    () => map.show(picture, layout, radii, viewKey),
    [map, picture, layout, radii, viewKey],
  )
  useEffect(() => map.emphasise(emphasis), [map, emphasis])
  useEffect(() => {
    if (centred !== undefined) map.centre(centred)
  }, [map, centred])

  const act = (action: MapAction) => {
    if (action.kind === 'zoom') map.zoomBy(action.factor)
    else if (action.kind === 'fit') map.fit()
    else onAction(action)
  }
  const onKey = (event: KeyboardEvent) => {
    const action = mapAction(event)
    if (action === undefined) return
    event.preventDefault()
    act(action)
  }
  return (
    <div class="service-map">
      <div
        ref={box}
        class="map-window"
        role="application"
        aria-label={props.summary}
        aria-busy={props.isBusy}
        aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown F / + - 0 Escape"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keyboard itself.
        tabIndex={0}
        onKeyDown={onKey}
      >
        <canvas ref={canvas} />
      </div>
      <p class="visually-hidden" role="status">
        {props.spoken}
      </p>
      <fieldset class="map-zoom">
        <legend class="visually-hidden">Zoom</legend>
        <ZoomButton label="Zoom in" sign="+" onClick={() => map.zoomBy(1.25)} />
        <ZoomButton label="Zoom out" sign="−" onClick={() => map.zoomBy(0.8)} />
        <ZoomButton label="Show everything" sign="⤢" onClick={() => map.fit()} />
      </fieldset>
      {picture.nodes.length >= MINIMAP_NODES && (
        <Minimap picture={picture} layout={layout} map={map} theme={theme} />
      )}
    </div>
  )
}

function ZoomButton(props: { label: string; sign: string; onClick: () => void }) {
  return (
    <button
      type="button"
      class="button"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
    >
      {props.sign}
    </button>
  )
}
