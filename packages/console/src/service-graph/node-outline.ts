import { unreachable } from '@fluoroscope/model'
import type { Point } from './layout-graph.ts'
import type { NodeKind } from './node-kind.ts'

/** The outline of a kind, closed, clockwise from its top, for a radius of 1. */
export function outlineOf(kind: NodeKind): readonly Point[] {
  return OUTLINES[kind]
}

/** The part of a closed outline from one share of its length to another; both within 0 to 1. */
export function outlinePart(outline: readonly Point[], from: number, to: number): readonly Point[] {
  const part: Point[] = []
  for (const { start, end, before, after } of sides(outline)) {
    if (after <= from || before >= to) continue
    const at = (share: number) => between(start, end, (share - before) / (after - before))
    if (part.length === 0) part.push(before < from ? at(from) : start)
    part.push(after > to ? at(to) : end)
  }
  return part
}

/** The sides of a closed outline, and at which shares of its length they start and end. */
function sides(outline: readonly Point[]) {
  const closed = outline.map((start, index) => ({
    start,
    end: outline[(index + 1) % outline.length] ?? start,
  }))
  const whole = closed.reduce((sum, { start, end }) => sum + distance(start, end), 0)
  let passed = 0
  return closed.map((side) => {
    const before = passed / whole
    passed += distance(side.start, side.end)
    return { ...side, before, after: passed / whole }
  })
}

const STEPS = 48

function around(radiusAt: (angle: number) => number): readonly Point[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const angle = (step / STEPS) * 2 * Math.PI - Math.PI / 2
    const radius = radiusAt(angle)
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
  })
}

/** |x|^power + |y|^power = 1: 2 is a circle, more a rounded square. */
function superellipse(angle: number, power: number): number {
  return (Math.abs(Math.cos(angle)) ** power + Math.abs(Math.sin(angle)) ** power) ** (-1 / power)
}

function polygon(corners: number, turn: number): readonly Point[] {
  return Array.from({ length: corners }, (_, corner) => {
    const angle = ((corner + turn) / corners) * 2 * Math.PI - Math.PI / 2
    return { x: 1.08 * Math.cos(angle), y: 1.08 * Math.sin(angle) }
  })
}

function outline(kind: NodeKind): readonly Point[] {
  switch (kind) {
    case 'service':
      return around(() => 1)
    case 'client':
      return around((angle) => 0.92 * superellipse(angle, 5))
    case 'inferred':
      return polygon(4, 0)
    case 'external':
      return polygon(6, 0)
    case 'queue':
      return around((angle) => superellipse(angle, 3)).map(({ x, y }) => ({
        x: x * 1.15,
        y: y * 0.72,
      }))
    case 'database':
      return around((angle) => superellipse(angle, 4)).map(({ x, y }) => ({ x: x * 0.8, y }))
    case 'bundle':
      return polygon(8, 0.5)
    default:
      return unreachable(kind)
  }
}

const OUTLINES: Readonly<Record<NodeKind, readonly Point[]>> = {
  service: outline('service'),
  client: outline('client'),
  queue: outline('queue'),
  database: outline('database'),
  external: outline('external'),
  inferred: outline('inferred'),
  bundle: outline('bundle'),
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function between(a: Point, b: Point, share: number): Point {
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share }
}
