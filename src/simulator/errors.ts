import { type ErrorData, LeitherError } from '#base'

/** An invariant did not hold (spec OL-1, D 4.3). */
export class InvariantBroken extends LeitherError {
  /**
   * @param id 'I1' to 'I23', or 'LIVE' (something honest was not done in time), 'CRASH' (a role
   *   threw), 'REPLAY' (a seed ran differently the second time)
   * @param what the values that do not agree, and where
   */
  constructor(
    readonly id: string,
    what: string,
    data: ErrorData = {},
  ) {
    super('INVARIANT_BROKEN', 'internal', `${id}: ${what}; replay the seed to watch it`, data)
  }
}

/** Options of a run make no sense together. */
export class ScenarioInvalid extends LeitherError {
  constructor(what: string, advice: string) {
    super('SCENARIO_INVALID', 'bad-input', `${what}; ${advice}`)
  }
}

/** A role reached for the clock, chance or a timer of the real world. */
export class TripwireTouched extends LeitherError {
  constructor(name: string) {
    super('TRIPWIRE_TOUCHED', 'internal', `a role called ${name}; give it as an event instead`)
  }
}
