import { LeitherError } from '#base'

/** A charter does not add up. */
export class CharterInvalid extends LeitherError {
  constructor(what: string) {
    super('CHARTER_INVALID', 'bad-input', `${what}; ask the organization's founder to mend it`)
  }
}
