import * as v from 'valibot'
import { GroupReference } from './group-members.ts'

/** xray-behaviour 6.3. */
export const GetGroupInput = v.object(GroupReference)
