import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

/** Asks once more in its place before it deletes; `what` names it for those who hear the page. */
export function DeleteButton({ what, onDelete }: { what: string; onDelete: () => void }) {
  const asks = useSignal(false)
  const confirm = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (asks.value) confirm.current?.focus()
  }, [asks.value])
  if (!asks.value) {
    return (
      <button
        type="button"
        class="button danger"
        aria-label={`Delete ${what}`}
        onClick={() => {
          asks.value = true
        }}
      >
        Delete
      </button>
    )
  }
  return (
    <span class="confirm">
      <button
        ref={confirm}
        type="button"
        class="button danger primary"
        aria-label={`Delete ${what} for good`}
        onClick={onDelete}
      >
        Delete for good
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          asks.value = false
        }}
      >
        Keep
      </button>
    </span>
  )
}
