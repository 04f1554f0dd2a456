import type { RequestContext } from '@fluoroscope/model'

/** The group every trace belongs to. */
export const DEFAULT_GROUP = 'Default'

/** `arn:aws:xray:<region>:<account>:group/Default`, without an id (xray-behaviour 1.5). */
export function defaultGroupArn(context: RequestContext): string {
  return `${arnPrefix(context)}:group/${DEFAULT_GROUP}`
}

export function samplingRuleArn(context: RequestContext, rule: string): string {
  return `${arnPrefix(context)}:sampling-rule/${rule}`
}

function arnPrefix({ account, region }: RequestContext): string {
  const partition = region.startsWith('cn-')
    ? 'aws-cn'
    : region.startsWith('us-gov-')
      ? 'aws-us-gov'
      : 'aws'
  return `arn:${partition}:xray:${region}:${account}`
}
