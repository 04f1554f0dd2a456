import { useEffect, useRef } from 'preact/hooks'
import { boundsOf, fitCamera, toMap } from './camera.ts'
import type { MapLayout } from './layout-picture.ts'
import type { MapCanvas } from './map-canvas.ts'
import type { MapPicture } from './map-picture.ts'
import { readPalette } from './palette.ts'

const SIZE = { width: 176, height: 116 }
const DOT_PX = 2.2

type Props = {
  readonly picture: MapPicture
  readonly layout: MapLayout
  readonly map: MapCanvas
  /** Another theme paints anew. */
  readonly theme: string
}

/** All nodes as points, and a frame around what is seen; a press moves there. The keyboard has `0`. */
export function Minimap({ picture, layout, map, theme }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const overview = fitCamera(boundsOf(layout), SIZE)
  const { camera, size } = { camera: map.camera.value, size: map.size.value }
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (canvas.current === null || !context) return
    const palette = readPalette(canvas.current.parentElement ?? document.body)
    context.setTransform(2, 0, 0, 2, 0, 0)
    context.clearRect(0, 0, SIZE.width, SIZE.height)
    for (const { x, y, worst } of picture.nodes) {
      context.fillStyle = worst === 'ok' ? palette.faint : palette[worst]
      const [left, top] = [(x - overview.x) * overview.scale, (y - overview.y) * overview.scale]
      context.beginPath()
      context.arc(left, top, worst === 'ok' ? DOT_PX : DOT_PX * 1.5, 0, 2 * Math.PI)
      context.fill()
    }
    // `theme` is read so that another one paints anew.
  }, [picture, overview.x, overview.y, overview.scale, theme])
  const look = (event: PointerEvent) => {
    if (event.buttons === 0 && event.type !== 'pointerdown') return
    map.lookAt(toMap(overview, { x: event.offsetX, y: event.offsetY }))
  }
  return (
    <div class="minimap" aria-hidden="true">
      <canvas
        ref={canvas}
        width={SIZE.width * 2}
        height={SIZE.height * 2}
        onPointerDown={look}
        onPointerMove={look}
      />
      <div
        class="minimap-window"
        style={{
          left: `${(camera.x - overview.x) * overview.scale}px`,
          top: `${(camera.y - overview.y) * overview.scale}px`,
          width: `${(size.width / camera.scale) * overview.scale}px`,
          height: `${(size.height / camera.scale) * overview.scale}px`,
        }}
      />
    </div>
  )
}
