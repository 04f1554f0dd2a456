import { test } from 'vitest'
import { missingPython, startPythonClient } from './python-client.ts'
import { conformanceSuite } from './suite.ts'

const missing = await missingPython()

if (missing === undefined)
  conformanceSuite('AWS CLI', (endpoint) => startPythonClient('AWS CLI', endpoint))
else test('all cases through AWS CLI', ({ skip }) => skip(missing))
