import { startNodeClient } from './node-client.ts'
import { conformanceSuite } from './suite.ts'

conformanceSuite('@aws-sdk/client-xray', async (endpoint) => startNodeClient(endpoint))
