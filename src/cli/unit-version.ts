import type { Client } from '#client'

/** The version to read where none is named: one's own working copy, or another's newest version. */
export async function versionToRead(
  client: Client,
  mid: string,
  named: string | undefined,
): Promise<string> {
  if (named !== undefined) return named
  const { mine } = await client.mimei.show({ mid })
  return mine ? 'cur' : 'last'
}
