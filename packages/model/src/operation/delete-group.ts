import * as v from 'valibot'
import { GroupReferenceMembers } from './group-members.ts'

/** xray-behaviour 6.3. */
export const DeleteGroupInput = v.object(GroupReferenceMembers)
