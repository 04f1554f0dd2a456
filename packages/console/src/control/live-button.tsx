type Props = { readonly isLive: boolean; readonly onChange: (isLive: boolean) => void }

/** Whether a page follows what arrives. */
export function LiveButton({ isLive, onChange }: Props) {
  return (
    <button type="button" class="button" aria-pressed={isLive} onClick={() => onChange(!isLive)}>
      <span class={isLive ? 'live-dot on' : 'live-dot'} aria-hidden="true" /> Live
    </button>
  )
}
