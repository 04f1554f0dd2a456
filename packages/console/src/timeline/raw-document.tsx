import { useSignal } from '@preact/signals'
import { CopyButton } from '../control/copy-button.tsx'
import type { TraceClient } from '../trace-rows/trace-client.ts'

/** The row as X-Ray's document has it, asked for when it is opened. */
export function RawDocument({ client, row }: { client: TraceClient | undefined; row: number }) {
  const text = useSignal<string | undefined>(undefined)
  const load = () => {
    if (text.value !== undefined) return
    void client?.ask('document', row).then((document) => {
      text.value = JSON.stringify(document, null, 2)
    })
  }
  return (
    <section>
      <details class="raw" onToggle={load}>
        <summary>Document</summary>
        {text.value !== undefined && (
          <div class="snippet">
            <pre>
              <code>{text.value}</code>
            </pre>
            <CopyButton text={text.value} what="document" />
          </div>
        )}
      </details>
    </section>
  )
}
