import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'

type Props<Loaded> = {
  /** The same function each time: a new one loads anew. */
  readonly load: () => Promise<Loaded>
  readonly children: (loaded: Loaded) => ComponentChildren
}

type Progress<Loaded> =
  | { readonly kind: 'loading' | 'failed' }
  | { readonly kind: 'loaded'; readonly loaded: Loaded }

/** A page whose code is fetched when it is first shown. */
export function LazyPage<Loaded>({ load, children }: Props<Loaded>) {
  const [progress, setProgress] = useState<Progress<Loaded>>({ kind: 'loading' })
  useEffect(() => {
    let isCurrent = true
    load().then(
      (loaded) => isCurrent && setProgress({ kind: 'loaded', loaded }),
      // Only a server that is away, or one that was updated, has no such file.
      () => isCurrent && setProgress({ kind: 'failed' }),
    )
    return () => {
      isCurrent = false
    }
  }, [load])
  if (progress.kind === 'loaded') return <>{children(progress.loaded)}</>
  if (progress.kind === 'loading') return <p class="notice">Loading…</p>
  return (
    <section class="notice" role="alert">
      <h1>This page could not be loaded</h1>
      <p>The server does not answer, or was updated since this window was opened.</p>
      <p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Load again
        </button>
      </p>
    </section>
  )
}
