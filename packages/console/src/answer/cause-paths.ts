import type { JsonValue } from '@fluoroscope/model'
import { readList, readObject, readOptionalText } from './json-reader.ts'

/** One root cause: the services on its way, and the types of the exceptions on it. */
type CausePath = {
  readonly services: readonly string[]
  readonly exceptions: readonly string[]
}

/** Reads a list of root causes of any kind (xray-behaviour 8.3); throws {@link AnswerError}. */
export function readCausePaths(value: JsonValue | undefined, where: string): readonly CausePath[] {
  return readList(value, where).map((cause, index) => {
    const at = `${where}[${index}].Services`
    const services = readList(readObject(cause, `${where}[${index}]`)['Services'], at)
    return {
      services: services.map((item, position) => {
        const name = readObject(item, `${at}[${position}]`)['Name']
        return readOptionalText(name, `${at}[${position}].Name`) ?? ''
      }),
      exceptions: services.flatMap((item, position) =>
        readExceptions(
          readObject(item, `${at}[${position}]`)['EntityPath'],
          `${at}[${position}].EntityPath`,
        ),
      ),
    }
  })
}

function readExceptions(path: JsonValue | undefined, where: string): readonly string[] {
  return readList(path, where).flatMap((item, index) => {
    const at = `${where}[${index}].Exceptions`
    const exceptions = readList(readObject(item, `${where}[${index}]`)['Exceptions'], at)
    return exceptions.flatMap((exception, position) => {
      const name = readObject(exception, `${at}[${position}]`)['Name']
      return readOptionalText(name, `${at}[${position}].Name`) || []
    })
  })
}
