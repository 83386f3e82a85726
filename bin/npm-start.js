/** `npm start`: installs, builds, starts a node and prints the address of its web desktop. */
import { loadProgram } from './program.js'
import { buildIfStale, demandNode, installPackages, say } from './steps.js'

demandNode()
installPackages()
if (!buildIfStale()) {
  process.stderr.write('The build failed; see above.\n')
  process.exit(1)
}
say('')
const { main } = await loadProgram()
process.exit(await main(['start', ...process.argv.slice(2)]))
