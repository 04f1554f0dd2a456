import type { Settings } from '../store/settings.ts'

/** Where groups, rules and the like are kept; who asks for a change hands it on unopened. */
export type KeptSettings = Settings
