import { useEffect } from 'preact/hooks'

/** Something that the page which is shown can do, in words. */
export type PageCommand = { readonly label: string; readonly run: () => void }

const sources = new Set<() => readonly PageCommand[]>()

/** What can be done on the page as it is now. */
export function pageCommands(): readonly PageCommand[] {
  return [...sources].flatMap((source) => source())
}

/** Offers commands while the component is shown; `list` is called when the palette opens. */
export function usePageCommands(list: () => readonly PageCommand[]): void {
  useEffect(() => {
    sources.add(list)
    return () => {
      sources.delete(list)
    }
  })
}
