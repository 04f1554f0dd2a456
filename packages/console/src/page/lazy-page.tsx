import { useSignal } from '@preact/signals'
import type { ComponentType, FunctionComponent, VNode } from 'preact'
import { useEffect } from 'preact/hooks'

type Loading<Properties> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'loaded'; readonly Page: ComponentType<Properties> }

/** A page whose code is fetched when it is first shown; says so while it loads and when it cannot. */
export function lazyPage<Properties extends object>(
  load: () => Promise<ComponentType<Properties>>,
  /** Shown while it loads. */
  waiting: () => VNode | null = Waiting,
): FunctionComponent<Properties> {
  let loaded: ComponentType<Properties> | undefined
  return function LazyPage(properties: Properties) {
    const state = useSignal<Loading<Properties>>(
      loaded === undefined ? { kind: 'loading' } : { kind: 'loaded', Page: loaded },
    )
    useEffect(() => {
      if (loaded !== undefined) return
      load().then(
        (Page) => {
          loaded = Page
          state.value = { kind: 'loaded', Page }
        },
        () => {
          state.value = { kind: 'failed' }
        },
      )
    }, [state])
    const { value } = state
    switch (value.kind) {
      case 'loaded':
        return <value.Page {...properties} />
      case 'failed':
        return (
          <section class="notice" role="alert">
            <h1>This page could not be loaded</h1>
            <p>The server does not answer, or it was updated since the console was opened.</p>
            <p>
              <button type="button" class="button primary" onClick={() => location.reload()}>
                Load the console again
              </button>
            </p>
          </section>
        )
      case 'loading':
        return waiting()
    }
  }
}

function Waiting() {
  return (
    <p class="notice" role="status">
      Loading…
    </p>
  )
}
