import { durationText } from '../number-text.ts'
import { type ComparedNode, isOpen, ownChange } from '../trace-rows/compare-trees.ts'

/** What became of a path, as a class and a word. */
type ChangeKind = 'added' | 'removed' | 'more' | 'less' | 'same' | 'open'

/** Changes of less than a hundredth of the time, and of less than so many nanoseconds, are none. */
const SAME_SHARE = 0.01
const SAME_NANOS = 1000

export function changeKind(node: ComparedNode): ChangeKind {
  const { before, after } = node
  if (before === undefined) return 'added'
  if (after === undefined) return 'removed'
  if (isOpen(node)) return 'open'
  const change = after.total - before.total
  if (Math.abs(change) <= Math.max(SAME_NANOS, before.total * SAME_SHARE)) {
    return after.count === before.count ? 'same' : after.count > before.count ? 'more' : 'less'
  }
  return change > 0 ? 'more' : 'less'
}

/** `charge of orders took 120 ms more of its own, 3 times instead of once`. */
export function changeSentence(node: ComparedNode): string {
  const { service, name, before, after } = node
  const what = service === name ? service : `${name} of ${service}`
  const own = durationText(Math.abs(ownChange(node)))
  if (before === undefined) return `${what} is new: ${own} of its own${repeatText(node)}`
  if (after === undefined) return `${what} is gone: ${own} of its own${repeatText(node)}`
  const direction = ownChange(node) > 0 ? 'more' : 'less'
  const counts =
    after.count === before.count ? '' : `, ${timesText(after)} instead of ${timesText(before)}`
  return `${what} took ${own} ${direction} of its own${counts}`
}

function repeatText({ before, after }: ComparedNode): string {
  const only = after ?? before
  return only === undefined || only.count === 1 ? '' : `, ${timesText(only)}`
}

function timesText({ count }: { readonly count: number }): string {
  return count === 1 ? 'once' : `${count} times`
}

/** `+120 ms`, `−3.4 ms`; empty for none. */
export function signedDuration(nanos: number): string {
  if (nanos === 0) return ''
  return `${nanos > 0 ? '+' : '−'}${durationText(Math.abs(nanos))}`
}

/** `+2`, `−1`; empty for none. */
export function signedCount(count: number): string {
  if (count === 0) return ''
  return count > 0 ? `+${count}` : `−${-count}`
}
