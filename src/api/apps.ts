import * as z from 'zod'
import { method } from './method.js'
import { mid, nothing, time, unitSummary, versionName } from './shapes.js'

export const appMethods = {
  'app.list': method(
    'account',
    'Apps on this node: file units with ext "app".',
    nothing,
    z.object({
      apps: z.array(
        unitSummary.extend({
          title: z.string(),
          address: z.string().describe('web address of the app’s own origin'),
        }),
      ),
    }),
  ),
  'app.grant': method(
    'account',
    'Lets an app act for the user: on its own units and on those named. Answers a one-time code, ' +
      'valid for a minute, that only the app’s own origin can turn into a session.',
    z.object({
      app: mid,
      version: versionName.optional(),
      units: z.array(mid).max(100).default([]),
      path: z.string().max(2000).default('').describe('path and query to open in the app'),
    }),
    z.object({ code: z.string(), address: z.string(), expires: time }),
    ['MIMEI_UNKNOWN', 'RIGHT_MISSING', 'NOT_AN_APP', 'APP_ORIGIN_NEEDED'],
  ),
  'app.revoke': method(
    'account',
    'Takes back what the user let an app do, and ends its sessions.',
    z.object({ app: mid }),
    nothing,
  ),
  'app.about': method(
    'anyone',
    'What a person is asked before an app acts for them.',
    z.object({ app: mid }),
    z.object({
      mid,
      title: z.string(),
      author: z.string(),
      address: z.string(),
      granted: z.boolean(),
      units: z.array(mid).describe('units that the caller opened to the app by name'),
    }),
    ['MIMEI_UNKNOWN', 'RIGHT_MISSING', 'NOT_AN_APP'],
  ),
}
