const PREFIX = 'fluoroscope.'

/** What this browser keeps under a name; undefined where it keeps nothing, or may not. */
export function readStored(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a text in this browser; where storage is forbidden it lasts as long as the page. */
export function writeStored(name: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + name, text)
  } catch {
    // Forbidden or full: preferences are worth no message.
  }
}
