import { readPalette } from '../service-graph/palette.ts'
import type { Density } from '../trace-rows/density.ts'
import type { TraceRows } from '../trace-rows/trace-rows.ts'

/** Paints how much runs where, what failed above the rest, and a tick for each match of a search. */
export function paintDensity(
  canvas: HTMLCanvasElement,
  rows: TraceRows,
  density: Density,
  hits: Uint8Array | undefined,
): void {
  const context = canvas.getContext('2d')
  const { clientWidth: width, clientHeight: height } = canvas
  if (context === null || width === 0) return
  const palette = readPalette(canvas.parentElement ?? document.body)
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  context.scale(devicePixelRatio, devicePixelRatio)
  const { columns, lines, running, failed } = density
  const [cellWidth, cellHeight] = [width / columns, (height - TICK_PX) / lines]
  const lineHeight = Math.max(1, cellHeight * (lines < 12 ? 0.6 : 1))
  for (let line = 0; line < lines; line++) {
    const top = line * cellHeight + (cellHeight - lineHeight) / 2
    for (const run of runsOf(running, failed, line, columns)) {
      context.globalAlpha = run.alpha
      context.fillStyle = run.failed ? palette.fault : palette.faint
      const [left, length] = [run.from * cellWidth, (run.to - run.from) * cellWidth]
      context.fillRect(left, top, Math.max(1, length), lineHeight)
    }
  }
  context.globalAlpha = 1
  if (hits !== undefined) paintTicks(context, rows, hits, width, height, palette.accent)
}

const TICK_PX = 5

type Run = {
  readonly from: number
  readonly to: number
  readonly alpha: number
  readonly failed: boolean
}

/** Neighbouring cells that look the same, as one. */
function runsOf(
  running: Float32Array,
  failed: Float32Array,
  line: number,
  columns: number,
): readonly Run[] {
  const runs: Run[] = []
  let run: { -readonly [Key in keyof Run]: Run[Key] } | undefined
  for (let column = 0; column < columns; column++) {
    const cell = line * columns + column
    const isFailed = (failed[cell] ?? 0) > 0
    const alpha = isFailed ? FAILED_ALPHA : alphaOf(running[cell] ?? 0)
    if (run?.alpha !== alpha || run.failed !== isFailed) {
      run = { from: column, to: column, alpha, failed: isFailed }
      if (alpha > 0) runs.push(run)
    }
    run.to = column + 1
  }
  return runs
}

const FAILED_ALPHA = 0.95

/** The more run at once the darker, in few steps so that neighbours join. */
function alphaOf(count: number): number {
  if (count === 0) return 0
  return Math.min(0.9, 0.35 + Math.floor(Math.log2(count) * 2) / 24)
}

function paintTicks(
  context: CanvasRenderingContext2D,
  rows: TraceRows,
  hits: Uint8Array,
  width: number,
  height: number,
  color: string,
): void {
  const marked = new Uint8Array(Math.ceil(width) + 1)
  for (let row = hits.indexOf(1); row >= 0; row = hits.indexOf(1, row + 1)) {
    const share = Math.min(1, Math.max(0, (rows.start[row] ?? 0) / Math.max(1, rows.span)))
    marked[Math.floor(share * (width - 1))] = 1
  }
  context.fillStyle = color
  for (let left = marked.indexOf(1); left >= 0; left = marked.indexOf(1, left + 1)) {
    context.fillRect(left, height - TICK_PX + 1, 1.5, TICK_PX - 1)
  }
}
