import { bad, ok, type Result } from '@fluoroscope/model'
import { nearestWord } from './nearest-word.ts'

/** What is to be done, and to which thing; the subject of `list` is empty. */
export type Action<Name extends string> = { readonly name: Name; readonly subject: string }

/** Reads `create NAME` and the like; without a word it is `list`. */
export function readAction<const Name extends string>(
  words: readonly string[],
  actions: readonly Name[],
  thing: string,
): Result<Action<Name>, string> {
  const [word = 'list', subject = ''] = words
  const name = actions.find((action) => action === word)
  if (name === undefined) {
    const nearest = nearestWord(word, actions)
    const hint = nearest === undefined ? `one of ${actions.join(', ')}` : `did you mean ${nearest}?`
    return bad(`unknown action "${word}": ${hint}`)
  }
  if (name === 'list') return subject === '' ? ok({ name, subject }) : bad('list takes no name')
  if (subject !== '') return ok({ name, subject })
  if (name === 'import') return bad('which file? give its path')
  return bad(`which ${thing}? give its name: ${name} NAME`)
}
