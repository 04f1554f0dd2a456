/** Why a change of settings is refused: X-Ray's modelled errors (xray-behaviour 1.3). */
export type Refusal =
  | {
      readonly kind:
        | 'invalid-request'
        | 'throttled'
        | 'rule-limit'
        | 'policy-revision'
        | 'policy-lockout'
        | 'policy-malformed'
        | 'policy-count'
        | 'policy-size'
      readonly message: string
    }
  | {
      readonly kind: 'resource-not-found' | 'too-many-tags'
      readonly message: string
      /** As the request named it. */
      readonly resourceName: string
    }

/** The request makes no sense, whatever the model says. */
export function refuse(message: string): { ok: false; problem: Refusal } {
  return { ok: false, problem: { kind: 'invalid-request', message } }
}
