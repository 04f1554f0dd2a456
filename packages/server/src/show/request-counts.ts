/** Answers given so far, by operation and status. */
export class RequestCounts {
  readonly #counts = new Map<string, RequestCount>()

  /** @param operation a name of ours, never text of the request: the map must not grow with it */
  add(operation: string, status: number): void {
    const key = `${operation} ${status}`
    const count = this.#counts.get(key)
    if (count === undefined) this.#counts.set(key, { operation, status, count: 1 })
    else count.count += 1
  }

  entries(): readonly Readonly<RequestCount>[] {
    return [...this.#counts.values()]
  }
}

type RequestCount = { readonly operation: string; readonly status: number; count: number }
