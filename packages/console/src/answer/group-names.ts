import type { JsonValue } from '@fluoroscope/model'
import { readList, readObject, readText } from './json-reader.ts'

/** Reads the names of `POST /Groups` (xray-behaviour 6.3); throws `AnswerError`. */
export function readGroupNames(answer: JsonValue): readonly string[] {
  return readList(readObject(answer, 'the answer')['Groups'], 'Groups').map((group, index) =>
    readText(readObject(group, `Groups[${index}]`)['GroupName'], `Groups[${index}].GroupName`),
  )
}
