import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { rangeText } from '../number-text.ts'
import { parseTimeField, timeFieldText } from '../time-field.ts'
import {
  betweenSeconds,
  lengthText,
  MAX_WINDOW_SECONDS,
  RANGE_SECONDS,
  rangeOf,
  type TimeWindow,
} from '../time-window.ts'
import { setTimeZone, type TimeZone, timeZone, timeZoneName } from '../time-zone.ts'

type Props = { readonly time: TimeWindow; readonly onChange: (time: TimeWindow) => void }

/** What the time is of, where a page has several. */
type NamedProps = Props & { readonly label?: string }

/** Which time the page looks at: lengths up to now, two instants, and the window moved by itself. */
export function RangePicker({ time, onChange, label = 'Time range' }: NamedProps) {
  const group = useId()
  return (
    <div class="range-picker">
      <fieldset class="segmented">
        <legend class="visually-hidden">{label}</legend>
        {lengthsWith(time).map((seconds) => (
          <label key={seconds}>
            <input
              type="radio"
              name={group}
              value={seconds}
              checked={time.kind === 'last' && time.seconds === seconds}
              onChange={() => onChange({ kind: 'last', seconds })}
            />
            <span>{lengthText(seconds)}</span>
          </label>
        ))}
      </fieldset>
      <CustomRange time={time} onChange={onChange} />
      <span class="range-steps">
        <Step time={time} onChange={onChange} direction={-1} />
        <Step time={time} onChange={onChange} direction={1} />
      </span>
    </div>
  )
}

/** A length that a link brought along is offered like the others. */
function lengthsWith(time: TimeWindow): readonly number[] {
  if (time.kind !== 'last') return RANGE_SECONDS
  return [...new Set([...RANGE_SECONDS, time.seconds])].sort((a, b) => a - b)
}

function Step({ time, onChange, direction }: Props & { direction: 1 | -1 }) {
  const move = () => {
    const { from, to } = rangeOf(time, Date.now() / 1000)
    const length = to - from
    const moved = betweenSeconds(from + direction * length, to + direction * length)
    if (moved === undefined) return
    const reachesNow = rangeOf(moved, 0).to >= Date.now() / 1000
    onChange(reachesNow ? { kind: 'last', seconds: length } : moved)
  }
  return (
    <button
      type="button"
      class="button quiet"
      disabled={direction === 1 && time.kind === 'last'}
      aria-label={direction === -1 ? 'Earlier' : 'Later'}
      title={direction === -1 ? 'The same length before' : 'The same length after'}
      onClick={move}
    >
      {direction === -1 ? '‹' : '›'}
    </button>
  )
}

function CustomRange({ time, onChange }: Props) {
  const isOpen = useSignal(false)
  const box = useRef<HTMLDivElement>(null)
  const close = () => {
    isOpen.value = false
    box.current?.querySelector('button')?.focus()
  }
  useEffect(() => {
    if (!isOpen.value) return
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target)) return
      isOpen.value = false
    }
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close()
    }
    addEventListener('pointerdown', closeOutside)
    addEventListener('keydown', closeByKey)
    return () => {
      removeEventListener('pointerdown', closeOutside)
      removeEventListener('keydown', closeByKey)
    }
  }, [isOpen.value])
  return (
    <div ref={box} class="custom-range">
      <button
        type="button"
        class={time.kind === 'between' ? 'button chosen' : 'button'}
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value
        }}
      >
        {time.kind === 'between' ? rangeText(time.from, time.to) : 'Custom'}
      </button>
      {isOpen.value && (
        <CustomForm
          time={time}
          onChange={(chosen) => {
            close()
            onChange(chosen)
          }}
        />
      )}
    </div>
  )
}

function CustomForm({ time, onChange }: Props) {
  const problem = useSignal('')
  const zone = timeZone()
  const { from, to } = rangeOf(time, Date.now() / 1000)
  const apply = (event: SubmitEvent) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    const read = (name: string) => parseTimeField(String(fields.get(name) ?? ''), zone)
    const [start, end] = [read('from'), read('to')]
    if (start === undefined || end === undefined) {
      problem.value = 'Both need a day and a time'
      return
    }
    const chosen = betweenSeconds(start, end)
    if (chosen !== undefined) onChange(chosen)
    else problem.value = boundsProblem(start, end)
  }
  return (
    <form class="custom-form" onSubmit={apply} noValidate>
      <ZoneChoice />
      {/* Fields are made anew in another zone: their texts mean other instants there. */}
      <label key={`from-${zone}`}>
        From
        <input
          type="datetime-local"
          name="from"
          step="1"
          defaultValue={timeFieldText(from, zone)}
        />
      </label>
      <label key={`to-${zone}`}>
        To
        <input type="datetime-local" name="to" step="1" defaultValue={timeFieldText(to, zone)} />
      </label>
      <p role="alert" class="form-problem">
        {problem.value}
      </p>
      <button type="submit" class="button primary">
        Show this time
      </button>
    </form>
  )
}

const ZONES: readonly TimeZone[] = ['local', 'utc']

function ZoneChoice() {
  return (
    <fieldset class="segmented">
      <legend class="visually-hidden">Time zone</legend>
      {ZONES.map((zone) => (
        <label key={zone}>
          <input
            type="radio"
            name="zone"
            checked={timeZone() === zone}
            onChange={() => setTimeZone(zone)}
          />
          <span>{zone === 'utc' ? 'UTC' : `Local · ${timeZoneName('local')}`}</span>
        </label>
      ))}
    </fieldset>
  )
}

function boundsProblem(start: number, end: number): string {
  if (end <= start) return 'The end is not after the start'
  return `At most ${lengthText(MAX_WINDOW_SECONDS)} at once`
}
