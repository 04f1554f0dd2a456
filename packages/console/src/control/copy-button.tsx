import { useSignal } from '@preact/signals'

const SHOWN_MS = 1600

/** Copies `text`; `what` names it for those who hear the page. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const outcome = useSignal<'idle' | 'copied' | 'failed'>('idle')
  const copy = async () => {
    outcome.value = (await copyText(text)) ? 'copied' : 'failed'
    setTimeout(() => {
      outcome.value = 'idle'
    }, SHOWN_MS)
  }
  return (
    <button
      type="button"
      class="button small copy"
      data-outcome={outcome.value}
      aria-label={`Copy ${what}`}
      onClick={() => void copy()}
    >
      {outcome.value === 'idle' ? 'Copy' : outcome.value === 'copied' ? '✓ Copied' : 'Not allowed'}
    </button>
  )
}

/** Puts `text` on the clipboard; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** The Clipboard API is only there on https and localhost; a selection copies everywhere. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  return copied
}
