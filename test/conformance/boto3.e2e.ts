import { test } from 'vitest'
import { missingPython, startPythonClient } from './python-client.ts'
import { conformanceSuite } from './suite.ts'

const missing = await missingPython()

if (missing === undefined)
  conformanceSuite('boto3', (endpoint) => startPythonClient('boto3', endpoint))
else test('all cases through boto3', ({ skip }) => skip(missing))
