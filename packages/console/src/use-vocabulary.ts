import { useEffect } from 'preact/hooks'
import { fetchTraceList } from './client.ts'
import { fetchGroups } from './settings-client.ts'
import { learnGroups, learnTraces, vocabulary } from './vocabulary.ts'

/** How far back words are looked for where no trace has been listed yet. */
const LOOK_BACK_SECONDS = 86_400

/** Lets completion know the groups, and the words of one page of recent traces, whatever is listed. */
export function useVocabulary(): void {
  useEffect(() => {
    void learn()
  }, [])
}

/** Completion is a help, not an answer: what cannot be asked is not offered. */
async function learn(): Promise<void> {
  const groups = await fetchGroups()
  if (groups.ok) learnGroups(groups.value.map(({ name }) => name))
  if (vocabulary().services.size > 0) return
  const to = Math.ceil(Date.now() / 1000)
  const recent = await fetchTraceList({ range: { from: to - LOOK_BACK_SECONDS, to }, filter: '' })
  if (recent.ok) learnTraces(recent.value.traces)
}
