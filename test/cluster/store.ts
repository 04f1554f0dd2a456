import { StandInStore } from '../support/stand-in-store.ts'

let store: StandInStore | undefined

/** The store of all servers of the suite that choose none. */
export async function setup(): Promise<void> {
  if (process.env['FLUOROSCOPE_TEST_STORE'] !== undefined) return
  store = await StandInStore.start({ isSharded: true })
  process.env['FLUOROSCOPE_TEST_STORE'] = store.url()
}

export async function teardown(): Promise<void> {
  await store?.stop()
}
