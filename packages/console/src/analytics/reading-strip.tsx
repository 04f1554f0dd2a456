import { countText, secondsClockText } from '../number-text.ts'
import type { AnalyticsFeed, AnalyticsState } from './analytics-feed.ts'
import { READ_AT_ONCE, type RetrievalProgress } from './analytics-session.ts'

type Props = { readonly known: AnalyticsState; readonly feed: AnalyticsFeed }

/** How many of the traces have been read, and of which time; what all counts below rest on. */
export function ReadingStrip({ known, feed }: Props) {
  const { progress } = known
  if (progress === undefined || progress.state === 'complete') {
    return (
      <Strip text={progress === undefined ? 'Retrieving…' : completeText(progress)} share={1} />
    )
  }
  const isReading = progress.state === 'reading'
  // Where the first question failed nothing was read: the banner says so, and asks again.
  if (!isReading && progress.readFrom === undefined) return null
  return (
    <Strip text={partText(progress)} share={shareOf(progress)}>
      {isReading ? (
        <button type="button" class="button small" onClick={() => feed.pause()}>
          Stop
        </button>
      ) : (
        <button type="button" class="button small" onClick={() => feed.readOn()}>
          Read up to {READ_AT_ONCE.toLocaleString('en-US')} more
        </button>
      )}
    </Strip>
  )
}

function Strip(props: { text: string; share: number; children?: preact.ComponentChildren }) {
  const percent = Math.round(props.share * 100)
  return (
    <div class="reading-strip">
      <span role="status">{props.text}</span>
      {percent < 100 && (
        <progress max={100} value={percent} aria-label="Part of the range that has been read" />
      )}
      {props.children}
    </div>
  )
}

function completeText({ traces }: RetrievalProgress): string {
  if (traces === 0) return ''
  return `All counts are of ${countText(traces, 'trace')}: every one that was retrieved.`
}

function partText({ state, traces, readFrom }: RetrievalProgress): string {
  if (readFrom === undefined) return 'Retrieving…'
  const read = `The newest ${countText(traces, 'trace')}, back to ${secondsClockText(readFrom)}`
  return state === 'reading'
    ? `${read}; reading older ones…`
    : `${read}. Older ones are not counted below.`
}

function shareOf({ range, readFrom }: RetrievalProgress): number {
  if (readFrom === undefined) return 0
  return Math.min(0.99, Math.max(0, (range.to - readFrom) / (range.to - range.from)))
}
