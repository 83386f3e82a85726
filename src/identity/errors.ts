import { LeitherError } from '#base'

export class KeyInvalid extends LeitherError {
  constructor(why: string) {
    super(
      'KEY_INVALID',
      'bad-input',
      `this is no usable key: ${why}; make one with \`leither key\``,
    )
  }
}

export class PasswordWrong extends LeitherError {
  constructor() {
    super('LOGIN_REFUSED', 'denied', 'name and password do not fit together; try again')
  }
}

export class PassportInvalid extends LeitherError {
  constructor(why: string) {
    super('PASSPORT_INVALID', 'denied', `this passport cannot be used: ${why}; ask for a new one`)
  }
}

export class PassportExpired extends LeitherError {
  constructor(expired: number) {
    const when = new Date(expired).toISOString()
    super('PASSPORT_EXPIRED', 'denied', `this passport expired at ${when}; ask for a new one`, {
      expired,
    })
  }
}

export class PassportElsewhere extends LeitherError {
  constructor(node: string, here: string) {
    const message = `this passport is for node ${node}, not for this one (${here}); ask for another`
    super('PASSPORT_ELSEWHERE', 'denied', message, { node, here })
  }
}
