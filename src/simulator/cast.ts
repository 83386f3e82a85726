/** What simulated organizations are made of: the real posts, hostile ones, clients, checkers. */
import {
  openBranchPost,
  openKeeperPost,
  openMemberPost,
  openRootPost,
  type Post,
  type Role,
} from '#bookkeeper'
import type { Cast, Place } from './checker.js'
import { hostileKinds } from './hostile/index.js'
import { invariants } from './invariants/index.js'
import { client } from './workload/index.js'

async function open({ kind, prefix }: Place, post: Post): Promise<Role> {
  switch (kind) {
    case 'root':
      return openRootPost(post)
    case 'branch':
      return openBranchPost(post, prefix)
    case 'keeper':
      return openKeeperPost(post, prefix)
    default:
      return openMemberPost(post)
  }
}

export const simulatedCast: Cast = {
  observers: [invariants],
  hostile: hostileKinds,
  client,
  open,
}
