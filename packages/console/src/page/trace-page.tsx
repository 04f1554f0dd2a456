import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import type { TraceLinks } from '../answer/trace-links.ts'
import { problemText } from '../client.ts'
import { copyText } from '../control/copy-button.tsx'
import { NotAnswered } from '../control/not-answered.tsx'
import { adjust, navigate } from '../navigation.ts'
import { bytesText, countText, shareText } from '../number-text.ts'
import { usePageCommands } from '../page-commands.ts'
import { DetailsPanel } from '../timeline/details-panel.tsx'
import { stateAfterKey } from '../timeline/timeline-keys.ts'
import { traceCommands } from '../timeline/trace-commands.ts'
import { lineOfKey, linesOf } from '../timeline/trace-lines.ts'
import { LinkedTraces } from '../timeline/trace-links.tsx'
import { moveFocus, usePageKeys } from '../timeline/use-page-keys.ts'
import { usePeers } from '../timeline/use-peers.ts'
import { useSearch } from '../timeline/use-search.ts'
import { useTraceLinks } from '../timeline/use-trace-links.ts'
import { Waterfall } from '../timeline/waterfall.tsx'
import { foldAt } from '../trace-rows/fold-rows.ts'
import { foldOfLine } from '../trace-rows/shown-rows.ts'
import type { TracePicture } from '../trace-rows/trace-session.ts'
import type { TraceState } from '../trace-state.ts'
import { OtherView, ViewLinks } from '../trace-view/trace-views.tsx'
import { TraceWatch, type TraceWatchState } from '../trace-watch.ts'
import { TraceHeader } from './trace-header.tsx'

/** One trace: its header, the ways to look at it, and the details of the selected row. */
export function TracePage({ state }: { state: TraceState }) {
  const watch = useMemo(() => new TraceWatch(state.id), [state.id])
  useEffect(() => {
    watch.start()
    return () => watch.stop()
  }, [watch])
  const known = watch.state.value
  const { picture, answered, problem } = known
  const links = useTraceLinks(state.id, picture)
  return (
    <div class="trace-page">
      <p class="breadcrumb">
        <a href="/traces">← All traces</a>
      </p>
      {problem !== undefined && (
        <div class="banner problem" role="alert">
          <strong>{problemText(problem)}</strong> Trying again by itself.
        </div>
      )}
      {picture !== undefined && (
        <>
          <TraceHeader id={state.id} known={known} picture={picture} />
          <LinkedTraces root={picture.root} links={links.links} />
          {links.problem !== undefined && (
            <p class="dim">Which traces link to this one: {problemText(links.problem)}</p>
          )}
          <Progress known={known} picture={picture} />
          <Unreadable picture={picture} />
          <LoadedTrace picture={picture} watch={watch} state={state} links={links.links} />
        </>
      )}
      {picture === undefined && answered && <NotFound id={state.id} />}
      {picture === undefined && !answered && problem === undefined && (
        <p class="notice" role="status">
          Loading the trace…
        </p>
      )}
      {picture === undefined && !answered && problem !== undefined && (
        <NotAnswered problem={problem} what="The trace" />
      )}
    </div>
  )
}

type LoadedProps = {
  readonly picture: TracePicture
  readonly watch: TraceWatch
  readonly state: TraceState
  readonly links: TraceLinks | undefined
}

function LoadedTrace({ picture, watch, state, links }: LoadedProps) {
  const { rows, folds, critical } = picture
  const { client } = watch
  const search = useSearch(client, picture, state.find)
  const hits = search?.answer.ok === true ? search.answer.hits : undefined
  const peers = usePeers(rows)
  const kept = useMemo(() => {
    const found = state.onlyFound ? hits : undefined
    if (state.critical !== 'only') return found
    return Uint8Array.from(critical.share, (share, row) =>
      share > 0 && found?.[row] !== 0 ? 1 : 0,
    )
  }, [hits, state.onlyFound, state.critical, critical])
  const { level, toggled, isFolding, unfolded } = state
  const lines = useMemo(
    () => linesOf(rows, folds, state, kept),
    [rows, folds, kept, level, toggled, isFolding, unfolded],
  )
  const context = useMemo(() => ({ ...lines, hits }), [lines, hits])
  const latest = useRef(state)
  latest.current = state
  const show = useCallback(
    (change: Partial<TraceState>) => {
      const next = { ...latest.current, ...change }
      latest.current = next
      // Another view is another place to come back from; the rest is adjusted where one is.
      if (change.view !== undefined && change.view !== state.view) navigate(next)
      else adjust(next)
    },
    [state.view],
  )
  usePageCommands(() => traceCommands(state, context, show))
  usePageKeys((event) => {
    if (event.key === 'y') void copyText(location.href)
    else {
      // A gesture that the key ended may have changed the state a moment ago.
      const next = stateAfterKey(event.key, latest.current, context)
      if (next === undefined) return false
      show(next)
      moveFocus(event.key)
    }
    return true
  })
  const line = lineOfKey(context, state.selected)
  const fold = foldAt(rows, folds, line === undefined ? undefined : foldOfLine(line))
  const row = fold === undefined ? line : fold.members[0]
  return (
    <div class={state.detailsOpen && row !== undefined ? 'waterfall with-details' : 'waterfall'}>
      <div class="waterfall-main">
        <ViewLinks state={state} />
        {state.view === 'waterfall' ? (
          <Waterfall
            picture={picture}
            client={client}
            state={state}
            context={context}
            search={search}
            peers={peers}
            onState={show}
          />
        ) : (
          <OtherView
            view={state.view}
            picture={picture}
            client={client}
            state={state}
            context={context}
            row={row}
            onState={show}
          />
        )}
      </div>
      {state.detailsOpen && row !== undefined && (
        <DetailsPanel
          picture={picture}
          client={client}
          row={row}
          fold={fold}
          peers={peers}
          links={links}
          onState={show}
        />
      )}
    </div>
  )
}

/** How much of a large trace has come, while it is coming. */
function Progress({ known, picture }: { known: TraceWatchState; picture: TracePicture }) {
  const { progress, head } = known
  if (progress === undefined || head !== undefined) return null
  const { bytes, totalBytes } = progress
  const share =
    totalBytes === undefined ? '' : `, ${shareText(Math.floor((bytes / totalBytes) * 100) / 100)}`
  return (
    <div class="banner loading" role="status">
      <span>
        <strong>{countText(picture.rows.count, 'row')} so far</strong> ({bytesText(bytes)}
        {share}). What is shown grows as the rest arrives.
      </span>
      <progress value={totalBytes === undefined ? undefined : bytes} max={totalBytes ?? 1} />
    </div>
  )
}

function Unreadable({ picture: { unreadable } }: { picture: TracePicture }) {
  if (unreadable.length === 0) return null
  return (
    <details class="banner problem">
      <summary>{countText(unreadable.length, 'document')} of this trace could not be read</summary>
      <ul>
        {unreadable.map(({ reason, text }) => (
          <li key={text}>
            {reason} <code>{text.slice(0, 200)}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}

function NotFound({ id }: { id: string }) {
  return (
    <section class="notice">
      <h1>No such trace yet</h1>
      <p>
        Nothing is stored under <code>{id}</code>. It may not have arrived, or it is older than the
        server keeps traces. This page keeps looking.
      </p>
      <p>
        <a class="button primary" href="/traces">
          See recent traces
        </a>
      </p>
    </section>
  )
}
