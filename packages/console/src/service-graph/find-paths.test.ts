import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MapEdge } from '../answer/service-graph.ts'
import { findPaths, MOST_PATHS } from './find-paths.ts'
import { arbitraryGraph, callOf } from './test-graphs.ts'

const DIAMOND = [callOf('a', 'b'), callOf('a', 'c'), callOf('b', 'd'), callOf('c', 'd')]

const namesOf = (edges: readonly MapEdge[], from: string, to: string) =>
  findPaths(edges, from, to).paths.map(({ nodes }) => nodes.join(''))

test('the shortest paths come first, equally long ones in order', () => {
  const edges = [...DIAMOND, callOf('b', 'c'), callOf('d', 'a')]
  expect(namesOf(edges, 'a', 'd')).toEqual(['abd', 'acd', 'abcd'])
  expect(namesOf(edges, 'd', 'c')).toEqual(['dac', 'dabc'])
})

test('calls are not followed against their way, and nothing leads from a service to itself', () => {
  expect(findPaths(DIAMOND, 'd', 'a')).toEqual({ paths: [], cut: undefined })
  expect(findPaths([callOf('a', 'a')], 'a', 'a')).toEqual({ paths: [], cut: undefined })
})

test('a link is part of a path only where no call goes beside it', () => {
  const link = { ...callOf('a', 'b'), id: 'a>>b', type: 'link' as const }
  const types = (edges: readonly MapEdge[]) =>
    findPaths(edges, 'a', 'b').paths.map(({ edges }) => edges.map(({ type }) => type))
  expect(types([link])).toEqual([['link']])
  expect(types([link, callOf('a', 'b')])).toEqual([['call']])
})

test('they are exactly the ways that meet no service twice', () => {
  fc.assert(
    fc.property(arbitraryGraph(), ({ edges }) => {
      const { paths, cut } = findPaths(edges, 'a', 'h', { mostPaths: 5000 })
      expect(cut).toBe(undefined)
      const expected = everyWay(edges, 'a', 'h', ['a']).sort(byLength)
      expect(paths.map(({ nodes }) => nodes.join(''))).toEqual(expected)
      for (const path of paths) {
        expect(path.edges.map(({ from, to }) => from + to)).toEqual(
          path.nodes.slice(1).map((id, index) => `${path.nodes[index]}${id}`),
        )
      }
    }),
  )
})

test('a bound that ends the search is told, with the shortest paths until then', () => {
  // Ten layers of two: 1,024 paths of equal length, and no more of them in all.
  const layers = Array.from({ length: 10 }, (_, layer) => [`${layer}x`, `${layer}y`])
  const edges = layers.flatMap((layer, index) => {
    const next = layers[index + 1] ?? ['end']
    return layer.flatMap((from) => next.map((to) => callOf(from, to)))
  })
  const start = ['0x', '0y'].map((to) => callOf('start', to))
  const all = [...start, ...edges]
  expect(findPaths(all, 'start', 'end', { mostPaths: 2000 })).toMatchObject({ cut: undefined })
  expect(findPaths(all, 'start', 'end', { mostPaths: 2000 }).paths).toHaveLength(1024)
  expect(findPaths(all, 'start', 'end').cut).toBe('paths')
  expect(findPaths(all, 'start', 'end').paths).toHaveLength(MOST_PATHS)
  expect(findPaths(all, 'start', 'end', { mostPaths: 1024 }).cut).toBe(undefined)
  expect(findPaths(all, 'start', 'end', { mostSteps: 30 }).cut).toBe('steps')
})

function everyWay(
  edges: readonly MapEdge[],
  at: string,
  to: string,
  met: readonly string[],
): string[] {
  if (at === to) return [met.join('')]
  return edges
    .filter(({ from, to: next }) => from === at && !met.includes(next))
    .flatMap(({ to: next }) => everyWay(edges, next, to, [...met, next]))
}

function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}
