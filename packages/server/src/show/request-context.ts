import type { RequestContext } from '@fluoroscope/model'

const ALGORITHM = /^AWS4-HMAC-SHA256\s/
const CREDENTIAL =
  /[\s,]Credential=([^/\s,]+)\/\d{8}\/([a-z0-9-]{1,32})\/xray\/aws4_request(?:[,\s]|$)/

/**
 * The one place that knows who asks, in which account and region. Signatures are not checked yet:
 * the region is that of the credential scope, the account that of an access key made of 12 digits
 * (what local AWS stand-ins use); anything else, and unsigned requests, get the defaults.
 */
export function requestContext(
  authorization: string | undefined,
  defaults: RequestContext,
): RequestContext {
  const text = authorization ?? ''
  const credential = ALGORITHM.test(text) ? CREDENTIAL.exec(text) : null
  if (credential === null) return defaults
  const [, accessKey = '', region = defaults.region] = credential
  return { account: /^\d{12}$/.test(accessKey) ? accessKey : defaults.account, region }
}
