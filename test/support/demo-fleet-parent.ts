import { Fleet } from '../../packages/demo/src/fleet.ts'

/** A parent to be killed: starts the fleet and tells its process ids. */
const fleet = new Fleet({
  endpoint: { http: '127.0.0.1:9', udp: '127.0.0.1:9' },
  centralSampling: false,
  environment: process.env,
  onLine: () => {},
  onFailure: () => process.exit(1),
})
await fleet.start()
process.send?.(fleet.processIds)
