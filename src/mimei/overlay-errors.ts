/** What an overlay may refuse. */
import { LeitherError } from '#base'

export class OverlayBusy extends LeitherError {
  constructor() {
    super(
      'UNIT_BUSY',
      'conflict',
      'the unit is being backed up or restored already; wait until that is done',
    )
  }
}

export class OverlayCorrupt extends LeitherError {
  constructor(bytes: number) {
    const message = `the overlay's record has ${bytes} bytes instead of 4; run \`leither doctor\``
    super('OVERLAY_CORRUPT', 'corrupt', message, { bytes })
  }
}
