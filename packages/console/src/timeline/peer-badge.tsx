import { numberText } from '../number-text.ts'
import type { PeerRank } from './peers.ts'

const SLOW = 0.95
const SLOWEST = 0.99

/** Says that a row took longer than nearly all of its kind; nothing for others. */
export function PeerBadge({ rank }: { rank: PeerRank }) {
  if (rank.share < SLOW) return null
  return (
    <span class={rank.share >= SLOWEST ? 'tag peer slowest' : 'tag peer'} title={rankText(rank)}>
      p{Math.floor(rank.share * 100)}
    </span>
  )
}

/** `Longer than 93 % of 12,345 requests to orders in the 24 h up to this trace`. */
export function rankText({ share, count, what }: PeerRank): string {
  const percent = Math.floor(share * 1000) / 10
  return `Longer than ${percent} % of ${numberText(count)} ${what} in the 24 h up to this trace`
}
