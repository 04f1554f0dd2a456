import { serviceColor } from '../timeline/service-color.ts'

/** A service's name beside its colour. */
export function ServiceChip({ name, detail }: { name: string; detail?: string | undefined }) {
  return (
    <span class="service-chip" title={detail === undefined ? name : `${name} · ${detail}`}>
      <span class="service-swatch" style={{ background: serviceColor(name) }} />
      <span class="service-name">{name}</span>
    </span>
  )
}
