/** What apps may answer. */
import { LeitherError } from '#base'

export class NotAnApp extends LeitherError {
  constructor(mid: string) {
    const message = `unit ${mid} is no app; an app is a file unit with the ext "app"`
    super('NOT_AN_APP', 'bad-input', message, { mid })
  }
}

export class NoAppOrigin extends LeitherError {
  constructor(address: string) {
    const message =
      `apps have no web origin of their own at ${address}, so none can act for you there; ` +
      'open the desktop at http://localhost on the machine of the node'
    super('APP_ORIGIN_NEEDED', 'unavailable', message, { address })
  }
}
