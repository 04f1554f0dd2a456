/** Number of service colours; `--service-0` … `--service-23` in `style/color.css`. */
const SERVICE_COLORS = 24

/** The colour of a service, the same on every page: by the name alone, as a CSS value. */
export function serviceColor(name: string): string {
  return `var(--service-${hash(name) % SERVICE_COLORS})`
}

/** FNV-1a over UTF-16 units, its bits mixed once more: close names end far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 15), 0xed5ad4bb)
  value = Math.imul(value ^ (value >>> 13), 0xac4c1b51)
  return (value ^ (value >>> 16)) >>> 0
}
