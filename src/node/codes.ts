/**
 * One-time codes: the desktop lets an app in without showing it a session of its own. A code lives
 * a minute, serves once, and only a page of the app's own origin can turn it into a session.
 */
import { toBase64Url } from '#base'
import type { Clock, Random } from '#world'
import { CodeInvalid } from './errors.js'

const lifeMillis = 60_000
const mostCodes = 1000

/** What a code stands for. */
export interface Admission {
  /** mid of the app */
  readonly app: string
  /** web origin that may redeem it, such as `http://<label>.localhost:4800` */
  readonly origin: string
  /** sid of the session that lets the app in */
  readonly parent: string
}

export interface Codes {
  issue(admission: Admission): { code: string; expires: number }
  /** @param origin of the page that shows it @throws CodeInvalid; the code is used up either way */
  redeem(code: string, origin: string | undefined): Admission
}

export function openCodes({ clock, random }: { clock: Pick<Clock, 'now'>; random: Random }): Codes {
  const open = new Map<string, Admission & { expires: number }>()
  const forgetOld = (): void => {
    for (const [code, { expires }] of open) {
      if (expires > clock.now() && open.size < mostCodes) break
      open.delete(code)
    }
  }
  return {
    issue(admission) {
      forgetOld()
      const code = toBase64Url(random.bytes(24))
      const expires = clock.now() + lifeMillis
      open.set(code, { ...admission, expires })
      return { code, expires }
    },
    redeem(code, origin) {
      const admission = open.get(code)
      open.delete(code)
      if (admission === undefined || admission.expires <= clock.now()) throw new CodeInvalid()
      if (origin !== admission.origin) throw new CodeInvalid()
      return admission
    },
  }
}
