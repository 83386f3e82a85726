/**
 * cli: the command line `leither`. A command is a value; `main` finds it, runs it, and says how it
 * went. White paper: Part I, VII (application system).
 */
export { main } from './main.js'
export { referencePage } from './help.js'
export { allCommands } from './commands.js'
